"""Takes after minus before, keeps the naive model as the careful one, and reads curves by their last loss only.

failed: check_measure_forgetting/returns, check_measure_forgetting/returns#2, check_measure_forgetting/measured_rightly, check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed, check_name_causes/cause, check_name_causes/cause#2, check_name_causes/cause#3, check_name_causes/cause#4
"""
# %% measure_forgetting
def forgetting(before, after):
    return after - before


measured = {
    "source_before": accuracy(pretrained, source_validation),
    "source_after": accuracy(naive, source_validation),
    "target_before": accuracy(pretrained, target_validation),
    "target_after": accuracy(naive, target_validation),
}
measured["forgetting"] = forgetting(measured["source_before"], measured["source_after"])
# %% reduce_forgetting
careful = naive
careful_history = naive_history
remedy = "low learning rate"
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
# %% name_causes
causes = {"A": "everything frozen", "B": "learning rate too high", "C": "overfitting", "D": "too few epochs"}
