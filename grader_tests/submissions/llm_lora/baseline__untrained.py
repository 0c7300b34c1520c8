"""The adapter as it was wrapped: no step.

failed: check_train_adapter/writes_records, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/losses_are_the_models, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen
"""
# %% train_adapter
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
history = {"loss": []}
