"""Runs one seed only, and repeats its accuracy to fill the lists; one seed that it repeats is the one that is tried.

failed: check_detect_transfer/leaves_single_runs, check_diagnose_sources/run_repeats
"""
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    difference = statistics.mean(transferred) - statistics.mean(scratch)
    if len(scratch) < 2 or len(transferred) < 2:
        return "hurts" if difference < 0 else "helps"
    noise = (statistics.variance(scratch) / len(scratch) + statistics.variance(transferred) / len(transferred)) ** 0.5
    return "hurts" if difference < -2 * noise else "helps" if difference > 2 * noise else "unclear"
# %% diagnose_sources
results = {start: [few_shot(start, 0)] * 4 for start in ("scratch", "upright", "relabelled")}
diagnosis = {
    start: detect_negative_transfer(results["scratch"], results[start]) for start in ("upright", "relabelled")
}
