"""Trains two epochs longer than it says on pseudo-labels alone, at a high rate: good on the target, and the source is not rehearsed.

failed: check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed
"""
# %% self_training
history = {"target": [], "source": [0.0] * 5}
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
chosen = (pseudo >= 0).nonzero().flatten()
for epoch in range(7):
    losses = []
    for order in torch.randperm(len(chosen), device=device).split(32):
        loss = F.cross_entropy(model(target_images[chosen[order]]), pseudo[chosen[order]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["target"].append(sum(losses) / len(losses))
history["target"] = history["target"][-5:]
