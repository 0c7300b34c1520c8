"""The adapter as it was wrapped: no step.

failed: check_train_adapter/writes_records
"""
# %% train_adapter
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
history = {"loss": []}
