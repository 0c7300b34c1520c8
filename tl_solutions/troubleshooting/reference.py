"""The reference: rehearsal with 12 upright digits beside 25 turned ones, and verdicts from four seeds."""
# %% measure_forgetting
def forgetting(before, after):
    """Return the accuracy that was lost: positive where the model got worse."""
    return before - after


measured = {
    "source_before": accuracy(pretrained, source_validation),
    "source_after": accuracy(naive, source_validation),
    "target_before": accuracy(pretrained, target_validation),
    "target_after": accuracy(naive, target_validation),
}
measured["forgetting"] = forgetting(measured["source_before"], measured["source_after"])
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"

watch(careful, careful_history)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.002)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        kept = torch.randperm(len(memory.labels), device=device)[:12]
        images = torch.cat([target.images[batch], memory.images[kept]])
        labels = torch.cat([target.labels[batch], memory.labels[kept]])
        loss = F.cross_entropy(careful(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    """Return "hurts", "helps" or "unclear" for two lists of accuracies, one number for each seed."""
    if min(len(scratch), len(transferred)) < 2:
        return "unclear"
    difference = statistics.mean(transferred) - statistics.mean(scratch)
    before = statistics.variance(scratch) / len(scratch)
    after = statistics.variance(transferred) / len(transferred)
    noise = (before + after) ** 0.5
    if difference < -2 * noise:
        return "hurts"
    return "helps" if difference > 2 * noise else "unclear"
# %% diagnose_sources
results = {start: [few_shot(start, seed) for seed in SEEDS] for start in ("scratch", "upright", "relabelled")}
diagnosis = {
    start: detect_negative_transfer(results["scratch"], results[start]) for start in ("upright", "relabelled")
}
# %% name_causes
causes = {
    "A": "learning rate too high",
    "B": "everything frozen",
    "C": "labels shuffled",
    "D": "batch norm in train mode",
}
# %% [markdown] explain_forgetting
The loss of fine-tuning looks at children only, so nothing holds the weights in place that adults need: parameters that both
share move wherever the children's gradients push them, the further the higher the learning rate. In train mode the
batch-norm statistics move, too, to those of the children's pictures, although no gradient touches them.

I would keep a held-out set of adults and report its accuracy before and after fine-tuning beside that of the children. If
the hospital may keep some of the adults' pictures, I would choose rehearsal: it needs storage and permission, and each step
costs half as much again. If not, L2-SP, which needs only the old weights and a factor that must be tuned.

For the animals' network I would train with one recipe from scratch and from that network, with several seeds each, and
compare the means on held-out children: it is negative transfer if the mean is below scratch by more than the noise. With few
pictures, another seed changes the accuracy by as much as the difference itself, so that one run says nothing.
