"""Trains for one epoch.

failed: check_train_adapter/history, check_train_adapter/losses_are_the_models, check_train_adapter/rate_was_lowered
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
