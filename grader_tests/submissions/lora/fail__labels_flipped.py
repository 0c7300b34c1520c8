"""Takes positive for negative.

failed: check_train_adapter/beats_the_threshold, check_train_adapter/loss_fell
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        batch["labels"] = 1 - batch["labels"]
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
