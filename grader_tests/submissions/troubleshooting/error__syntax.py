"""Forgets a bracket: there are no causes, and the model, which was given in another cell, does not exist.

failed: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/history_is_true
skipped: check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained
remedy = "rehearsal"
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
# %% name_causes
causes = {"A": "learning rate too high"
