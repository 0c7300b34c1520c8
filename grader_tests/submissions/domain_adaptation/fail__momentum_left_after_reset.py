"""Resets the statistics and leaves the momentum at 0.1: after ten batches a third of what a reset leaves is still there.

failed: check_adapt_statistics/estimated_on_the_target, check_adapt_statistics/gains_on_the_target
says check_adapt_statistics/estimated_on_the_target: `momentum` to None
"""
# %% adapt_statistics
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.reset_running_stats()
model.train()
with torch.no_grad():
    for batch in torch.randperm(len(target_images), device=device).split(64):
        model(target_images[batch])
model.eval()
