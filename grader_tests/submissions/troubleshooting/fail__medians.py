"""Compares medians.

failed: check_detect_transfer/asks_for_noise
"""
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if len(scratch) < 2 or len(transferred) < 2:
        return "unclear"
    d = statistics.median(transferred) - statistics.median(scratch)
    s = (statistics.variance(scratch) / len(scratch) + statistics.variance(transferred) / len(transferred)) ** 0.5
    if d < -2 * s:
        return "hurts"
    if d > 2 * s:
        return "helps"
    return "unclear"
