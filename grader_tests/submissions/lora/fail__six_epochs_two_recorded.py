"""Trains for six epochs and records the last two.

failed: check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(6):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if epoch >= 4:
            history["loss"].append(loss.item())
