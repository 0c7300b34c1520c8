"""Throws the pretrained weights away: the head learns from the features of a random backbone.

failed: check_freeze_backbone/frozen, check_train_head/buffers_untouched, check_train_head/backbone_is_untouched, check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out
"""
# %% freeze_backbone
for module in model.modules():
    if hasattr(module, "reset_parameters"):
        module.reset_parameters()
model.requires_grad_(False)
norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
momentum = norms[0].momentum
for norm in norms:
    norm.momentum = 1.0  # one batch sets the statistics that fit the random weights
model.train()
with torch.no_grad():
    model(train.images[:64].to(device))
for norm in norms:
    norm.momentum = momentum
model.eval()
