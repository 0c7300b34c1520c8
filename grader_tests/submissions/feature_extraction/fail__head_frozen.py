"""Freezes the new head as well, because it is part of the model.

failed: check_swap_head/head, check_swap_head/trainable_parameters, check_make_optimizer/optimizer, check_train_head/history, check_train_head/returns, check_train_head/returns#2, check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
"""
# %% swap_head
model.classifier = nn.Linear(1280, 5).to(device)
model.requires_grad_(False)
# %% make_optimizer
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
