"""Reports as forgetting what happened on the target.

failed: check_measure_forgetting/measured_rightly
says check_measure_forgetting/measured_rightly: on the source
"""
# %% measure_forgetting
def forgetting(before, after):
    """Return the accuracy that was lost."""
    return before - after


measured = {
    "source_before": accuracy(pretrained, source_validation),
    "source_after": accuracy(naive, source_validation),
    "target_before": accuracy(pretrained, target_validation),
    "target_after": accuracy(naive, target_validation),
}
measured["forgetting"] = forgetting(measured["target_before"], measured["target_after"])
