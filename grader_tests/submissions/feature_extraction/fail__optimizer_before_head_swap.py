"""Makes the optimizer for the old head, then swaps it: the loop updates a layer that is no longer there.

failed: check_make_optimizer/optimizer, check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
"""
# %% swap_head
model.classifier.requires_grad_(True)
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
model.classifier = nn.Linear(1280, 5).to(device)
# %% make_optimizer
# The optimizer was made above.
