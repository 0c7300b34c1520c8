"""Hands all parameters to the optimizer, the frozen ones too.

failed: check_make_optimizer/optimizer
"""
# %% make_optimizer
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
