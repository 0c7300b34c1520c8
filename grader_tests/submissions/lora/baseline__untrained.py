"""LoRA configured, wrapped and saved, and never trained.

failed: check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold
skipped: check_train_adapter/base_stayed_frozen
"""
# %% train_adapter
history = {"loss": []}
