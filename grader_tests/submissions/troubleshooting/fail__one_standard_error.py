"""Takes one standard error for the margin.

failed: check_detect_transfer/asks_for_noise
"""
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    if len(scratch) < 2 or len(transferred) < 2:
        return "unclear"
    d = statistics.mean(transferred) - statistics.mean(scratch)
    s = (statistics.variance(scratch) / len(scratch) + statistics.variance(transferred) / len(transferred)) ** 0.5
    if d < -s:
        return "hurts"
    if d > s:
        return "helps"
    return "unclear"
