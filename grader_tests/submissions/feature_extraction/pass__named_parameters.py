"""Freezes by name and leaves the old head trainable until it is swapped; a head with dropout, AdamW."""
# %% freeze_backbone
for name, parameter in model.named_parameters():
    if not name.startswith("classifier"):
        parameter.requires_grad_(False)
# %% swap_head
features = model.classifier.in_features
model.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(features, len(train.classes))).to(device)
# %% make_optimizer
optimizer = torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=1e-3, weight_decay=0.01)
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    model.classifier.train()
    for batch in torch.randperm(200, device=device).split(32):
        loss = F.cross_entropy(model.classifier(train_features[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    model.classifier.eval()
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
