"""Applies a log-softmax before cross-entropy, which changes nothing, and collects the losses as tensors."""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train_maps[batch]).log_softmax(dim=1), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach() * len(batch))
    history["loss"].append((torch.stack(losses).sum() / len(train_labels)).item())
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
