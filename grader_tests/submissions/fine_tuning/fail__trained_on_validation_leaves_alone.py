"""Mixes up the two sets: trains on the 60 validation leaves.

failed: check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(60, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, validation_maps[batch]), validation_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
