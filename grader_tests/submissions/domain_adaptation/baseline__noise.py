"""Estimates the statistics on noise of the target's shape.

failed: check_adapt_statistics/gains_on_the_target, check_self_training/optimizer, check_self_training/history, check_self_training/source_loss_fell, check_self_training/source_is_kept, check_adapt_statistics/estimated_on_the_target
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% adapt_statistics
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.reset_running_stats()
        module.momentum = None
model.train()
with torch.no_grad():
    for batch in torch.randn_like(target_images).split(64):
        model(batch)
model.eval()
# %% self_training
history = {"target": [], "source": []}

# Your code: the optimizer, and 5 epochs of training on pseudo-labels and source labels
optimizer = ...
