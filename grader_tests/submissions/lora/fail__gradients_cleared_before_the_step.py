"""Clears the gradients between backward and step.

failed: check_train_adapter/beats_the_threshold, check_train_adapter/loss_fell
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        schedule.step()
        history["loss"].append(loss.item())
