"""Divides each batch's loss, which is a mean, by the number of its sentences.

failed: check_train_adapter/losses_are_the_models
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
        history["loss"].append(loss.item() / len(batch["labels"]))
