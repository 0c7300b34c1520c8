"""Hands in the notebook as it was released.

failed: check_freeze_backbone/frozen, check_swap_head/head, check_swap_head/trainable_parameters, check_make_optimizer/optimizer, check_train_head/history, check_train_head/returns, check_train_head/returns#2, check_train_head/loss_fell
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched, check_train_head/beats_the_threshold
"""
# %% freeze_backbone
...
# %% swap_head
...
# %% make_optimizer
optimizer = ...
# %% train_head
history = {"loss": [], "accuracy": []}

...


def diagnose(logits):
    ...
