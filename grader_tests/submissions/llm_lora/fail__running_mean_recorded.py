"""What is recorded is the mean of all losses so far.

failed: check_train_adapter/losses_are_the_models
says check_train_adapter/losses_are_the_models: append each step's own loss
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
    optimizer.zero_grad()
    total = loss.item() + (0.0 if not history["loss"] else history["loss"][-1] * len(history["loss"]))
    history["loss"].append(total / (len(history["loss"]) + 1))
