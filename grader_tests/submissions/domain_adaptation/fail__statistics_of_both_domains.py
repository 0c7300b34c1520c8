"""Estimates the statistics on pictures of both domains, as many of each.

failed: check_adapt_statistics/estimated_on_the_target
says check_adapt_statistics/estimated_on_the_target: something else is left in them
"""
# %% adapt_statistics
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.reset_running_stats()
        module.momentum = None
both = torch.cat([target_images, source_images[:600]])
model.train()
with torch.no_grad():
    for batch in torch.randperm(len(both), device=device).split(64):
        model(both[batch])
model.eval()
