"""Measures on the digits that are there to train on.

failed: check_measure_forgetting/measured_rightly
says check_measure_forgetting/measured_rightly: `source_validation` and `target_validation`
"""
# %% measure_forgetting
def forgetting(before, after):
    """Return the accuracy that was lost."""
    return before - after


measured = {
    "source_before": accuracy(pretrained, memory),
    "source_after": accuracy(naive, memory),
    "target_before": accuracy(pretrained, target),
    "target_after": accuracy(naive, target),
}
measured["forgetting"] = forgetting(measured["source_before"], measured["source_after"])
