"""Exchanges the rates of head and stages.

failed: check_make_optimizer/learning_rates
says check_make_optimizer/learning_rates: `blocks.6` learns at 0.001, 2 times the 0.0005 of `classifier`
"""
# %% make_optimizer
rates = {"classifier": 5e-4, "conv_head": 1e-3, "bn2": 1e-3, "blocks.6": 1e-3, "blocks.5": 8e-4}
groups = [{"params": model.get_submodule(name).parameters(), "lr": rate} for name, rate in rates.items()]
optimizer = torch.optim.Adam(groups)
