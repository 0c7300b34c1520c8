"""Leaves the statistics as they are and trains on what the unadapted model guesses.

failed: check_adapt_statistics/statistics_adapted, check_adapt_statistics/gains_on_the_target, check_adapt_statistics/estimated_on_the_target
"""
# %% adapt_statistics
model.eval()
# %% self_training
history = {"target": [], "source": []}
optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
chosen = (pseudo >= 0).nonzero().flatten()
model.eval()
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
