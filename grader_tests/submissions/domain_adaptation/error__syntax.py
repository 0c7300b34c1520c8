"""Forgets a bracket in step 3, so that there are no pseudo-labels to train on.

failed: check_pseudo_labels/returns, check_pseudo_labels/returns#2, check_pseudo_labels/returns#3, check_pseudo_labels/pseudo_labels, check_pseudo_labels/labels_are_the_models, check_self_training/history, check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% label_target
def pseudo_labels(logits, threshold):
    confidence, predicted = torch.as_tensor(logits).softmax(dim=1).max(dim=1)
    return torch.where(confidence >= threshold, predicted, -1


pseudo = pseudo_labels(logits_of(model, target_images), THRESHOLD)
