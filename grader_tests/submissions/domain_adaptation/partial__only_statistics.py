"""Stops after the batch-norm statistics.

failed: check_pseudo_labels/returns, check_pseudo_labels/returns#2, check_pseudo_labels/returns#3, check_pseudo_labels/pseudo_labels, check_pseudo_labels/labels_are_the_models, check_self_training/optimizer, check_self_training/history, check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% label_target
def pseudo_labels(logits, threshold):
    """Return the predicted class of each row of `logits`, or -1 where the model is less than `threshold` sure."""
    logits = torch.as_tensor(logits)
    # Your code
    ...


# Your code: the pseudo-labels of `target_images`, instead of none
pseudo = torch.full((600,), -1, device=device)
# %% self_training
history = {"target": [], "source": []}

# Your code: the optimizer, and 5 epochs of training on pseudo-labels and source labels
optimizer = ...
