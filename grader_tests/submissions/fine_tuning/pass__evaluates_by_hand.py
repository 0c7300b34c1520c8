"""Writes evaluation by hand, and puts the stages back into train mode with `set_trainable` after it."""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    model.eval()
    with torch.no_grad():
        right = logits_of(model, validation_maps).argmax(dim=1).eq(validation_labels)
    history["accuracy"].append(right.sum().item() / len(right))
    set_trainable(model, [*TUNED, HEAD])
