"""Types in what a neighbour measured, and accuracies that nobody ran; saves the training.

failed: check_measure_forgetting/measured_rightly, check_reduce_forgetting/learns_the_target, check_diagnose_sources/run_repeats, check_reduce_forgetting/history_is_true
skipped: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% measure_forgetting
def forgetting(before, after):
    return before - after


measured = {"source_before": 0.9, "source_after": 0.3, "target_before": 0.2, "target_after": 0.99, "forgetting": 0.6}
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [0.98, 0.97, 0.97, 0.96, 0.96], "target": [0.15, 0.6, 0.8, 0.9, 0.95]}
remedy = "rehearsal"
# %% diagnose_sources
results = {"scratch": [0.3, 0.35, 0.3, 0.34], "upright": [0.9, 0.92, 0.95, 0.91], "relabelled": [0.1, 0.11, 0.1, 0.1]}
diagnosis = {"upright": "helps", "relabelled": "hurts"}
