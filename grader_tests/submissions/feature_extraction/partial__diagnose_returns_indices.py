"""`diagnose` returns the classes' indices instead of their names.

failed: check_train_head/returns, check_train_head/returns#2
"""
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
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
    return torch.as_tensor(logits).argmax(dim=1)
