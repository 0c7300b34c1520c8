"""Swaps the head first and then freezes everything, the new head too: nothing is left to train.

failed: check_swap_head/head, check_swap_head/trainable_parameters, check_make_optimizer/optimizer, check_train_head/history, check_train_head/returns, check_train_head/returns#2, check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
"""
# %% freeze_backbone
model.classifier = nn.Linear(1280, 5).to(device)
for parameter in model.parameters():
    parameter.requires_grad = False
# %% swap_head
# The head is already swapped.
# %% make_optimizer
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
