"""Lets the schedule step once an epoch.

failed: check_train_adapter/rate_was_lowered
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
    schedule.step()
