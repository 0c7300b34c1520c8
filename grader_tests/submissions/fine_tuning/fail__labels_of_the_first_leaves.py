"""Takes the maps of a random batch, and always the labels of the first leaves.

failed: check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
says check_fine_tune/gains: are the labels those of the same leaves as the maps?
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[:16])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
