"""Marks pictures without a pseudo-label with 0, which is a class.

failed: check_pseudo_labels/returns, check_pseudo_labels/returns#3, check_pseudo_labels/labels_are_the_models, check_self_training/target_is_kept
skipped: check_self_training/source_is_kept
"""
# %% label_target
def pseudo_labels(logits, threshold):
    """Return the predicted class of each row of `logits`, or -1 where the model is less than `threshold` sure."""
    logits = torch.as_tensor(logits)
    confidence, predicted = logits.softmax(dim=1).max(dim=1)
    return torch.where(confidence >= threshold, predicted, 0)


pseudo = pseudo_labels(logits_of(model, target_images), THRESHOLD)
