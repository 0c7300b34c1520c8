"""Makes the list of losses anew in each epoch.
"""
# %% train_adapter
for epoch in range(EPOCHS):
    history = {"loss": []}
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
