"""Hands in the pretrained model as it is: reads upright digits, and hardly a turned one.

failed: check_reduce_forgetting/learns_the_target, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed
skipped: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "freezing"
for _ in range(EPOCHS + 1):
    watch(careful, careful_history)
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
