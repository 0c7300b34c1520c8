"""Stores the runs of each pretrained model under the name of the other.

failed: check_diagnose_sources/run_repeats, check_diagnose_sources/diagnosed
"""
# %% diagnose_sources
results = {"scratch": [few_shot("scratch", seed) for seed in SEEDS], "upright": [few_shot("relabelled", seed) for seed in SEEDS], "relabelled": [few_shot("upright", seed) for seed in SEEDS]}
diagnosis = {start: detect_negative_transfer(results["scratch"], results[start]) for start in ("upright", "relabelled")}
