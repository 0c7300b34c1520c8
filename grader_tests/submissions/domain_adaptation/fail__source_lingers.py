"""Neither resets the statistics nor sets the momentum: a third of the source's is left.

failed: check_adapt_statistics/estimated_on_the_target, check_self_training/source_loss_fell
skipped: check_self_training/statistics_stayed
says check_adapt_statistics/estimated_on_the_target: reset the statistics
"""
# %% adapt_statistics
model.train()
with torch.no_grad():
    for batch in torch.randperm(len(target_images), device=device).split(64):
        model(target_images[batch])
model.eval()
