"""Compares the largest logit with the threshold, not its probability.

failed: check_pseudo_labels/returns, check_pseudo_labels/returns#3, check_pseudo_labels/labels_are_the_models, check_self_training/optimizer, check_self_training/history, check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% label_target
def pseudo_labels(logits, threshold):
    largest, predicted = torch.as_tensor(logits).max(dim=1)
    return torch.where(largest >= threshold, predicted, -1)


pseudo = pseudo_labels(logits_of(model, target_images), THRESHOLD)
# %% self_training
history = {"target": [], "source": []}

# Your code: the optimizer, and 5 epochs of training on pseudo-labels and source labels
optimizer = ...
