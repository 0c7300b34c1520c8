"""Exchanges the two validation sets.

failed: check_measure_forgetting/measured_rightly
says check_measure_forgetting/measured_rightly: source and target are exchanged
"""
# %% measure_forgetting
def forgetting(before, after):
    """Return the accuracy that was lost."""
    return before - after


measured = {
    "source_before": accuracy(pretrained, target_validation),
    "source_after": accuracy(naive, target_validation),
    "target_before": accuracy(pretrained, source_validation),
    "target_after": accuracy(naive, source_validation),
}
measured["forgetting"] = forgetting(measured["source_before"], measured["source_after"])
