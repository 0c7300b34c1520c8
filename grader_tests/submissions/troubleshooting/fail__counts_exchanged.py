"""Divides each variance by the other count.

failed: check_detect_transfer/asks_for_noise
"""
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if len(scratch) < 2 or len(transferred) < 2:
        return "unclear"
    d = statistics.mean(transferred) - statistics.mean(scratch)
    s = (statistics.variance(scratch) / len(transferred) + statistics.variance(transferred) / len(scratch)) ** 0.5
    if d < -2 * s:
        return "hurts"
    if d > 2 * s:
        return "helps"
    return "unclear"
