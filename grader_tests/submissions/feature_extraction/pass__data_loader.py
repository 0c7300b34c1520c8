"""Writes the loop of a textbook: a dataset, a loader, one function that trains and one that evaluates."""
# %% train_head
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(train_features, train_labels), batch_size=32, shuffle=True)


def train_one_epoch():
    total = 0.0
    for features, labels in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model.classifier(features), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


@torch.inference_mode()
def evaluate():
    right = model.classifier(validation_features).argmax(dim=-1).eq(validation_labels)
    return right.sum().item() / len(right)


history = {"loss": [], "accuracy": []}
for _ in range(20):
    history["loss"] += [train_one_epoch()]
    history["accuracy"] += [evaluate()]


def diagnose(logits):
    names = []
    for row in logits:
        row = [float(value) for value in row]
        names.append(train.classes[row.index(max(row))])
    return names
