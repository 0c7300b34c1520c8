"""Takes eval mode for freezing and leaves every parameter trainable.

failed: check_freeze_backbone/frozen, check_swap_head/trainable_parameters, check_make_optimizer/optimizer
says check_freeze_backbone/frozen: 147 parameter tensors outside `classifier` are trainable
says check_swap_head/trainable_parameters: nothing is frozen
"""
# %% freeze_backbone
model.eval()
# %% make_optimizer
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
