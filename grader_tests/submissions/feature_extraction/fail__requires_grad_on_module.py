"""Sets `requires_grad` on the module, where torch ignores it: nothing is frozen.

failed: check_freeze_backbone/frozen, check_swap_head/trainable_parameters
"""
# %% freeze_backbone
model.requires_grad = False
