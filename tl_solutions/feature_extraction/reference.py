"""The reference: freezes everything, assigns a new linear head, and trains it on the features with Adam."""
# %% freeze_backbone
for parameter in model.parameters():
    parameter.requires_grad = False
# %% swap_head
model.classifier = nn.Linear(1280, 5).to(device)
# %% make_optimizer
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
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
        losses.append(loss.detach())
    history["loss"].append(torch.stack(losses).mean().item())
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    """Return the name of the class with the largest logit, for each row of `logits`."""
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
# %% [markdown] explain_freezing
The backbone has millions of parameters, which 200 images cannot determine: it would learn them by heart. Its
features from ImageNet already describe textures and shapes well, so we only estimate the 6,405 numbers of the
head. A new head is random, so its first gradients are large and meaningless; through an unfrozen backbone they
would destroy the pretrained features. Freezing stops gradients, but batch-norm statistics are buffers that move in
train mode with every batch, so the backbone also has to stay in eval mode.
