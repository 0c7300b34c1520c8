"""The optimizer gets all parameters, frozen ones among them.

failed: check_train_adapter/optimizer
"""
# %% train_adapter
history = {"loss": []}
optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
for batch in train_loader:
    loss = model(**batch).loss
    loss.backward()
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    history["loss"].append(loss.item())
