"""Makes the history anew in every epoch, so that only the last one is left.

failed: check_train_head/history
"""
# %% train_head
for epoch in range(20):
    history = {"loss": [], "accuracy": []}
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        loss = F.cross_entropy(model.classifier(train_features[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
