"""Gradients are never cleared.

failed: check_train_adapter/writes_records, check_train_adapter/loss_fell, check_train_adapter/losses_are_the_models
skipped: check_train_adapter/base_stayed_frozen
"""
# %% train_adapter
history = {"loss": []}
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
for batch in train_loader:
    loss = model(**batch).loss
    loss.backward()
    optimizer.step()
    schedule.step()
    history["loss"].append(loss.item())
