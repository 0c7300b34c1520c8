"""Trains for one epoch and writes its loss twice.
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(1):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
history["loss"] = history["loss"] * 2
