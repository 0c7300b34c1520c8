"""Makes the list of losses anew in each epoch.

failed: check_train_adapter/history, check_train_adapter/losses_are_the_models
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
