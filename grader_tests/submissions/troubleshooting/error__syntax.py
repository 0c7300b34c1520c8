"""Forgets a bracket: there are no causes, and the model, which was given in another cell, does not exist.

failed: check_reduce_forgetting/history_is_true, check_diagnose_sources/diagnosed, check_diagnose_sources/follows, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_name_causes/answers, check_name_causes/cause, check_name_causes/cause#2, check_name_causes/cause#3, check_name_causes/cause#4, check_reduce_forgetting/assert, check_reduce_forgetting/history, check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/learns_the_target
skipped: check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained
remedy = "rehearsal"
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
# %% name_causes
causes = {"A": "learning rate too high"
