"""Pulls the parameters back to their pretrained values, in eval mode, and writes its own mean and variance."""
# %% measure_forgetting
def forgetting(before, after):
    return -(after - before)


sets = {"source": source_validation, "target": target_validation}
measured = {}
for name, data in sets.items():
    measured[f"{name}_before"] = accuracy(pretrained, data)
    measured[f"{name}_after"] = accuracy(naive, data)
measured["forgetting"] = forgetting(measured["source_before"], measured["source_after"])
# %% reduce_forgetting
careful = tlgrader.load_backbone("digits_resnet", device=device)
careful_history = {"source": [], "target": []}
remedy = "L2-SP"

start = [p.detach().clone() for p in careful.parameters()]
optimizer = torch.optim.Adam(careful.parameters(), lr=1e-3)
watch(careful, careful_history)
for _ in range(EPOCHS):
    for batch in torch.randperm(250, device=device).split(BATCH):
        penalty = sum(((p - q) ** 2).sum() for p, q in zip(careful.parameters(), start))
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch]) + 0.05 * penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    def mean(values):
        return sum(values) / len(values)

    def variance(values):
        m = mean(values)
        return sum((value - m) ** 2 for value in values) / (len(values) - 1)

    if len(scratch) < 2 or len(transferred) < 2:
        return "unclear"
    d = mean(transferred) - mean(scratch)
    s = (variance(scratch) / len(scratch) + variance(transferred) / len(transferred)) ** 0.5
    if d > 2 * s:
        return "helps"
    elif d < -2 * s:
        return "hurts"
    return "unclear"
