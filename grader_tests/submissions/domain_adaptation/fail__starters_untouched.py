"""Changes nothing.

failed: check_accuracy/returns, check_accuracy/returns#2, check_accuracy/returns#3, check_adapt_statistics/statistics_adapted, check_adapt_statistics/gains_on_the_target, check_pseudo_labels/returns, check_pseudo_labels/returns#2, check_pseudo_labels/returns#3, check_pseudo_labels/pseudo_labels, check_pseudo_labels/labels_are_the_models, check_self_training/optimizer, check_self_training/history, check_self_training/source_loss_fell, check_adapt_statistics/estimated_on_the_target
skipped: check_self_training/statistics_stayed, check_self_training/source_is_kept, check_self_training/target_is_kept
"""
# %% measure_accuracy
def accuracy(logits, labels):
    """Return the share of rows of `logits`, (N, classes), whose largest logit is at the label."""
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    # Your code
    ...
# %% adapt_statistics
# Your code: estimate the batch-norm statistics of `model` anew, on `target_images`.
...
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
# %% [markdown] explain_adaptation
*Your answer here.*
