"""Records the mean of all losses so far.

failed: check_train_adapter/losses_are_the_models
"""
# %% train_adapter
losses = []
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        history["loss"].append(sum(losses) / len(losses))
