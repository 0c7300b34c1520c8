"""Steps once an epoch.

failed: check_train_adapter/beats_the_threshold, check_train_adapter/loss_fell, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
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
