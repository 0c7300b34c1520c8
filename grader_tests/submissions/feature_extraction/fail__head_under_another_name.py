"""Gives the model a new layer `model.fc`, as in a ResNet, which nothing calls, and leaves the old head.

failed: check_swap_head/head, check_train_head/loss_fell
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched,
    check_train_head/beats_the_threshold
says check_swap_head/head: the last linear layer `classifier` has 1,000 outputs, not 5
says check_swap_head/head: `classifier.weight` is the pretrained head
says check_train_head/loss_fell: does the optimizer hold what the loop trains, `model.classifier`?
"""
# %% swap_head
model.fc = nn.Linear(1280, 5).to(device)
# %% make_optimizer
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        logits = model.fc(train_features[batch])
        loss = F.cross_entropy(logits, train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = model.fc(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
