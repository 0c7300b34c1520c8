"""Freezes every parameter to forget nothing, so that nothing is learned; exchanges the two lists.

failed: check_reduce_forgetting/learns_the_target, check_detect_transfer/returns, check_detect_transfer/returns#2, check_detect_transfer/asks_for_noise, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed
skipped: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "freezing"
for parameter in careful.parameters():
    parameter.requires_grad = False
watch(careful, careful_history)
for epoch in range(EPOCHS):
    with torch.no_grad():
        careful(target.images[:BATCH])
    watch(careful, careful_history)
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if len(scratch) < 2 or len(transferred) < 2:
        return "unclear"
    difference = statistics.mean(scratch) - statistics.mean(transferred)
    noise = (statistics.variance(scratch) / len(scratch) + statistics.variance(transferred) / len(transferred)) ** 0.5
    return "hurts" if difference < -2 * noise else "helps" if difference > 2 * noise else "unclear"
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
