"""LoRA configured, wrapped and saved, and never trained.

failed: check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
