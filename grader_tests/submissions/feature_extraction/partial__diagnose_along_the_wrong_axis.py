"""`diagnose` takes the largest logit of each column instead of each row.

failed: check_train_head/returns, check_train_head/returns#2
says check_train_head/returns: a list of 2 was expected, not of 5
"""
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        logits = model.classifier(train_features[batch])
        loss = F.cross_entropy(logits, train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=0)]
