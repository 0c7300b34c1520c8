"""Takes the pictures by their place among all, and the pseudo-labels by their place among the chosen.

failed: check_self_training/target_is_kept
skipped: check_self_training/source_is_kept
says check_self_training/target_is_kept: each with its own pseudo-label
"""
# %% self_training
history = {"target": [], "source": []}
optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
labels = pseudo[pseudo >= 0]
model.eval()
for epoch in range(5):
    losses = []
    for order in torch.randperm(len(labels), device=device).split(32):
        rehearsed = torch.randint(0, 1000, (32,), device=device)
        target_loss = F.cross_entropy(model(target_images[order]), labels[order])
        source_loss = F.cross_entropy(model(source_images[rehearsed]), source_labels[rehearsed])
        optimizer.zero_grad()
        (target_loss + source_loss).backward()
        optimizer.step()
        losses.append((target_loss.item(), source_loss.item()))
    for name, values in zip(("target", "source"), zip(*losses)):
        history[name].append(sum(values) / len(values))
