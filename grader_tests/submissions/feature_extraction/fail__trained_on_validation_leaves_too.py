"""More leaves are better, so the head trains on all that have labels, the validation leaves too.

failed: check_train_head/validation_is_held_out
"""
# %% train_head
history = {"loss": [], "accuracy": []}
all_features = torch.cat([train_features, validation_features])
all_labels = torch.cat([train_labels, validation_labels])

for epoch in range(20):
    losses = []
    for batch in torch.randperm(300, device=device).split(32):
        loss = F.cross_entropy(model.classifier(all_features[batch]), all_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    """Return the name of the class with the largest logit, for each row of `logits`."""
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
