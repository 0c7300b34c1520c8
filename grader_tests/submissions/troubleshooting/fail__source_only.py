"""Trains on the memory alone and takes the untouched source for a success; decides by the best run, not by the mean.

failed: check_reduce_forgetting/learns_the_target, check_detect_transfer/returns#3, check_detect_transfer/asks_for_noise, check_detect_transfer/leaves_single_runs, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed
skipped: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"
optimizer = torch.optim.Adam(careful.parameters(), lr=0.002)
watch(careful, careful_history)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(memory.labels), device=device)[:100].split(BATCH):
        loss = F.cross_entropy(careful(memory.images[batch]), memory.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if max(transferred) == max(scratch):
        return "unclear"
    return "helps" if max(transferred) > max(scratch) else "hurts"
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
