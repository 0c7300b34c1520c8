"""Has one learning rate for head and stages alike.

failed: check_make_optimizer/learning_rates
"""
# %% make_optimizer
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
