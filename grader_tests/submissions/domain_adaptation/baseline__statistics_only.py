"""Adapts the statistics and stops: reads the target, and the source worse than before.

failed: check_self_training/optimizer, check_self_training/history, check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% self_training
history = {"target": [], "source": []}

# Your code: the optimizer, and 5 epochs of training on pseudo-labels and source labels
optimizer = ...
