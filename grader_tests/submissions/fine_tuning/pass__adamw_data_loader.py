"""Uses AdamW, groups made in a loop, and a DataLoader."""
# %% make_optimizer
groups, rate = [], 2e-3
for part in [model.classifier, [model.conv_head, model.bn2], model.blocks[6], model.blocks[5]]:
    modules = part if isinstance(part, list) else [part]
    groups.append({"params": [p for module in modules for p in module.parameters()], "lr": rate})
    rate = 8e-4 if len(groups) == 3 else 1e-3
optimizer = torch.optim.AdamW(groups, lr=1e-3, weight_decay=1e-2)
# %% fine_tune
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(train_maps, train_labels), batch_size=16, shuffle=True)
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    total = 0.0
    for maps, labels in loader:
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(logits_of(model, maps), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
    history["loss"].append(total / len(train_labels))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
