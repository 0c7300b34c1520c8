"""Turns the rehearsed pictures as well, so that no upright digit is in the training; divides no variance by its count.

failed: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_detect_transfer/asks_for_noise, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed, check_reduce_forgetting/remedy_was_used
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"
more = turned(memory)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.003)
watch(careful, careful_history)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        kept = torch.randperm(len(more.labels), device=device)[:12]
        images = torch.cat([target.images[batch], more.images[kept]])
        labels = torch.cat([target.labels[batch], more.labels[kept]])
        loss = F.cross_entropy(careful(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if len(scratch) < 2 or len(transferred) < 2:
        return "unclear"
    difference = statistics.mean(transferred) - statistics.mean(scratch)
    noise = (statistics.variance(scratch) + statistics.variance(transferred)) ** 0.5
    return "hurts" if difference < -2 * noise else "helps" if difference > 2 * noise else "unclear"
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
