"""Returns the confident pictures' labels alone, so that nobody knows whose they are.

failed: check_pseudo_labels/returns, check_pseudo_labels/returns#3, check_pseudo_labels/pseudo_labels, check_pseudo_labels/labels_are_the_models, check_self_training/optimizer, check_self_training/history, check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% label_target
def pseudo_labels(logits, threshold):
    confidence, predicted = torch.as_tensor(logits).softmax(dim=1).max(dim=1)
    return predicted[confidence >= threshold]


pseudo = pseudo_labels(logits_of(model, target_images), THRESHOLD)
# %% self_training
history = {"target": [], "source": []}

# Your code: the optimizer, and 5 epochs of training on pseudo-labels and source labels
optimizer = ...
