"""Throws the pretrained weights away: the head learns from the features of a random backbone.

failed: check_freeze_backbone/frozen, check_train_head/buffers_untouched, check_train_head/backbone_is_untouched, check_train_head/beats_the_threshold
"""
# %% freeze_backbone
for module in model.modules():
    if hasattr(module, "reset_parameters"):
        module.reset_parameters()
    if isinstance(module, nn.BatchNorm2d):
        module.momentum = 1.0  # one batch sets the statistics that fit the random weights
model.requires_grad_(False)
model.train()
with torch.no_grad():
    model(train.images[:64].to(device))
model.eval()
