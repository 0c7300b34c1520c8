"""Records the accuracy under the name of the loss.

failed: check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        output = model(**batch)
        loss = output.loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append((output.logits.argmax(dim=1) == batch["labels"]).float().mean().item())
