"""Counts the seeds from one.

failed: check_diagnose_sources/run_repeats
says check_diagnose_sources/run_repeats: `SEEDS`
"""
# %% diagnose_sources
results = {start: [few_shot(start, seed) for seed in range(1, 5)] for start in ("scratch", "upright", "relabelled")}
diagnosis = {start: detect_negative_transfer(results["scratch"], results[start]) for start in ("upright", "relabelled")}
