"""Mixes rehearsed pictures with the labels of other pictures, and compares means without asking for noise.

failed: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_detect_transfer/returns#3, check_detect_transfer/asks_for_noise, check_detect_transfer/leaves_single_runs, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed, check_reduce_forgetting/remedy_was_used
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"
optimizer = torch.optim.Adam(careful.parameters(), lr=0.003)
watch(careful, careful_history)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        kept = torch.randperm(len(memory.labels), device=device)[:12]
        images = torch.cat([target.images[batch], memory.images[kept]])
        labels = torch.cat([target.labels[batch], target.labels[kept]])
        loss = F.cross_entropy(careful(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    difference = statistics.mean(transferred) - statistics.mean(scratch)
    return "hurts" if difference < 0 else "helps" if difference > 0 else "unclear"
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
