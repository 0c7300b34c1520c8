"""Rehearses in two losses, with SGD, from a shuffled pool that lasts for an epoch; verdicts by a table of bounds."""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"
watch(careful, careful_history)
optimizer = torch.optim.AdamW(careful.parameters(), lr=1e-3)
for epoch in range(EPOCHS):
    careful.train()
    old = torch.randperm(len(memory.labels), device=device).split(BATCH)
    new = torch.randperm(len(target.labels), device=device).split(BATCH)
    for kept, batch in zip(old, new):
        optimizer.zero_grad()
        logits = careful(torch.cat([target.images[batch], memory.images[kept]]))
        on_target, on_source = logits[: len(batch)], logits[len(batch) :]
        loss = F.cross_entropy(on_target, target.labels[batch]) + 0.5 * F.cross_entropy(on_source, memory.labels[kept])
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if any(len(runs) < 2 for runs in [scratch, transferred]):
        return "unclear"
    squared_errors = [statistics.stdev(runs) ** 2 / len(runs) for runs in (scratch, transferred)]
    margin = 2 * sum(squared_errors) ** 0.5
    gained = statistics.fmean(transferred) - statistics.fmean(scratch)
    return {(True, False): "helps", (False, True): "hurts"}.get((gained > margin, gained < -margin), "unclear")
