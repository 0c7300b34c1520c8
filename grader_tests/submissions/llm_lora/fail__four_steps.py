"""Training ends after four steps, and their losses are written five times.

failed: check_train_adapter/loss_fell, check_train_adapter/losses_are_the_models, check_train_adapter/rate_was_lowered, check_train_adapter/writes_records
skipped: check_train_adapter/base_stayed_frozen
"""
# %% train_adapter
history = {"loss": []}
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
for step, batch in enumerate(train_loader):
    if step == 4:
        break
    loss = model(**batch).loss
    loss.backward()
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    history["loss"].append(loss.item())
history["loss"] = (history["loss"] * 5)[:STEPS]
