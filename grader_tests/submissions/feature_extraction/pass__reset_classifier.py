"""Freezes with the module's own `requires_grad_` and lets timm make the new head."""
# %% freeze_backbone
model.requires_grad_(False)
# %% swap_head
model.reset_classifier(5)
model.to(device)
# %% make_optimizer
optimizer = torch.optim.Adam(model.get_classifier().parameters(), lr=1e-3)
