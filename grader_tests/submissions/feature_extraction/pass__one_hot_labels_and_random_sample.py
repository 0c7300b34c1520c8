"""Shuffles with `random.sample`, and gives cross-entropy one-hot labels, which it takes as well."""
# %% train_head
import random

history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    order = random.sample(range(200), 200)
    for start in range(0, 200, 32):
        batch = order[start : start + 32]
        logits = model.classifier(train_features[batch])
        loss = F.cross_entropy(logits, F.one_hot(train_labels[batch], 5).float())
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
