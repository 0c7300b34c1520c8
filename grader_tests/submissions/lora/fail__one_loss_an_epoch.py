"""Records one number an epoch, the loss of its last batch.

failed: check_train_adapter/history, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    history["loss"].append(loss.item())
