"""Steps once an epoch.
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        history["loss"].append(loss.item())
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
