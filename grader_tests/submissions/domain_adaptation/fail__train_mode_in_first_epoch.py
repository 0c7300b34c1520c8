"""Trains its first epoch in train mode, until a look at the accuracy switches to eval mode: the statistics move again.

failed: check_self_training/statistics_stayed
"""
# %% self_training
history = {"target": [], "source": []}
optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
chosen = (pseudo >= 0).nonzero().flatten()
model.train()
for epoch in range(5):
    losses = []
    for order in torch.randperm(len(chosen), device=device).split(32):
        batch, rehearsed = chosen[order], torch.randint(0, 1000, (32,), device=device)
        target_loss = F.cross_entropy(model(target_images[batch]), pseudo[batch])
        source_loss = F.cross_entropy(model(source_images[rehearsed]), source_labels[rehearsed])
        optimizer.zero_grad()
        (target_loss + source_loss).backward()
        optimizer.step()
        losses.append((target_loss.item(), source_loss.item()))
    for name, values in zip(("target", "source"), zip(*losses)):
        history[name].append(sum(values) / len(values))
    print(accuracy(logits_of(model, validation_images), validation_labels))
