"""Measures the naive model as before and as after.

failed: check_measure_forgetting/measured_rightly
says check_measure_forgetting/measured_rightly: before is `pretrained`
"""
# %% measure_forgetting
def forgetting(before, after):
    """Return the accuracy that was lost."""
    return before - after


measured = {
    "source_before": accuracy(naive, source_validation),
    "source_after": accuracy(naive, source_validation),
    "target_before": accuracy(naive, target_validation),
    "target_after": accuracy(naive, target_validation),
}
measured["forgetting"] = forgetting(measured["source_before"], measured["source_after"])
