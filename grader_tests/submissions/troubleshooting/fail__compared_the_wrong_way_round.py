"""Gives the two lists to the function in the wrong order.

failed: check_diagnose_sources/follows, check_diagnose_sources/diagnosed
says check_diagnose_sources/follows: the first argument is `results["scratch"]`
"""
# %% diagnose_sources
results = {start: [few_shot(start, seed) for seed in SEEDS] for start in ("scratch", "upright", "relabelled")}
diagnosis = {start: detect_negative_transfer(results[start], results["scratch"]) for start in ("upright", "relabelled")}
