"""Trains from scratch with the first seed each time, and only the others with all seeds.

failed: check_diagnose_sources/run_repeats
says check_diagnose_sources/run_repeats: few_shot('scratch', 2)
"""
# %% diagnose_sources
results = {start: [few_shot(start, seed) for seed in SEEDS] for start in ("scratch", "upright", "relabelled")}
results["scratch"] = [few_shot("scratch", 0) for seed in SEEDS]
diagnosis = {start: detect_negative_transfer(results["scratch"], results[start]) for start in ("upright", "relabelled")}
