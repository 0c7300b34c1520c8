"""Freezes the convolutions alone; the parameters of batch norm stay trainable.

failed: check_freeze_backbone/frozen, check_swap_head/trainable_parameters, check_make_optimizer/optimizer
says check_freeze_backbone/frozen: 98 parameter tensors outside `classifier` are trainable, the first is
    `bn1.weight`
"""
# %% freeze_backbone
for module in model.modules():
    if isinstance(module, nn.Conv2d):
        module.weight.requires_grad = False
# %% make_optimizer
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
