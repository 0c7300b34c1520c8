"""Labels the target with the network as it is published, not with the adapted one.

failed: check_pseudo_labels/labels_are_the_models, check_self_training/target_is_kept
skipped: check_self_training/source_is_kept
"""
# %% label_target
def pseudo_labels(logits, threshold):
    """Return the predicted class of each row of `logits`, or -1 where the model is less than `threshold` sure."""
    logits = torch.as_tensor(logits)
    confidence, predicted = logits.softmax(dim=1).max(dim=1)
    return torch.where(confidence >= threshold, predicted, -1)


published = tlgrader.load_backbone("digits_resnet", device=device)
pseudo = pseudo_labels(logits_of(published, target_images), THRESHOLD)
