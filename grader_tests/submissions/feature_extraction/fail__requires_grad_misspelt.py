"""Writes `require_grad`, a new attribute that torch does not look at: nothing is frozen.

failed: check_freeze_backbone/frozen, check_swap_head/trainable_parameters, check_make_optimizer/optimizer
says check_freeze_backbone/frozen: parameter.requires_grad = False
says check_swap_head/trainable_parameters: nothing is frozen
"""
# %% freeze_backbone
for parameter in model.parameters():
    parameter.require_grad = False
# %% make_optimizer
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
