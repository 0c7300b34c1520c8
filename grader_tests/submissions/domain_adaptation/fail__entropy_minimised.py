"""Trains while it adapts: in train mode, one optimizer step a batch against the entropy of the predictions.

failed: check_adapt_statistics/statistics_adapted, check_self_training/optimizer, check_self_training/history, check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% adapt_statistics
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.reset_running_stats()
        module.momentum = None
model.train()
sgd = torch.optim.SGD(model.parameters(), lr=1e-4)
for batch in target_images.split(64):
    probabilities = model(batch).softmax(dim=1)
    entropy = -(probabilities * probabilities.log()).sum(dim=1).mean()
    sgd.zero_grad()
    entropy.backward()
    sgd.step()
model.eval()
# %% self_training
history = {"target": [], "source": []}

# Your code: the optimizer, and 5 epochs of training on pseudo-labels and source labels
optimizer = ...
