"""Appends to the history at each step instead of at each epoch.

failed: check_fine_tune/history
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}

for epoch in range(3):
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history["loss"].append(loss.item())
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
