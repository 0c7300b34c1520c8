"""Looks at the length of one list only.

failed: check_detect_transfer/leaves_single_runs
"""
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if len(transferred) < 2:
        return "unclear"
    d = statistics.mean(transferred) - statistics.mean(scratch)
    s = (statistics.variance(scratch) / len(scratch) + statistics.variance(transferred) / len(transferred)) ** 0.5
    if d < -2 * s:
        return "hurts"
    if d > 2 * s:
        return "helps"
    return "unclear"
