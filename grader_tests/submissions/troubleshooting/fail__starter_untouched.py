"""Handed in as it was handed out.

failed: check_measure_forgetting/returns, check_measure_forgetting/returns#2, check_measure_forgetting/assert, check_measure_forgetting/measured_rightly, check_reduce_forgetting/assert, check_reduce_forgetting/history, check_reduce_forgetting/learns_the_target, check_detect_transfer/returns, check_detect_transfer/returns#2, check_detect_transfer/returns#3, check_detect_transfer/asks_for_noise, check_detect_transfer/leaves_single_runs, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed, check_name_causes/answers, check_name_causes/cause, check_name_causes/cause#2, check_name_causes/cause#3, check_name_causes/cause#4, check_reduce_forgetting/history_is_true
skipped: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% measure_forgetting
def forgetting(before, after):
    ...


measured = {}
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "?"
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    ...
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
# %% name_causes
causes = {"A": "?", "B": "?", "C": "?", "D": "?"}
# %% [markdown] explain_forgetting
*Your answer here.*
