"""Gives measured accuracies in percent, calls L2-SP by another name, and did not get to the experiment.

failed: check_measure_forgetting/measured_rightly, check_reduce_forgetting/assert, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed
skipped: check_reduce_forgetting/remedy_was_used
"""
# %% measure_forgetting
def forgetting(before, after):
    return before - after


measured = {
    "source_before": 100 * accuracy(pretrained, source_validation),
    "source_after": 100 * accuracy(naive, source_validation),
    "target_before": 100 * accuracy(pretrained, target_validation),
    "target_after": 100 * accuracy(naive, target_validation),
}
measured["forgetting"] = forgetting(measured["source_before"], measured["source_after"])
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "weight decay"
anchor = [p.detach().clone() for p in careful.parameters()]
optimizer = torch.optim.Adam(careful.parameters(), lr=0.001)
watch(careful, careful_history)
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        loss = loss + 0.05 * sum((p - a).square().sum() for p, a in zip(careful.parameters(), anchor))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
