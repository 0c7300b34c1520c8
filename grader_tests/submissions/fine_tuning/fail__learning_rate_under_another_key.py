"""Writes each rate under the key `learning_rate`, which Adam ignores: all groups learn at its default rate.

failed: check_make_optimizer/learning_rates
says check_make_optimizer/learning_rates: `blocks.5` learns at 0.001, 1 times the 0.001 of `classifier`
"""
# %% make_optimizer
rates = {"classifier": 2e-3, "conv_head": 1e-3, "bn2": 1e-3, "blocks.6": 1e-3, "blocks.5": 8e-4}
groups = [{"params": model.get_submodule(name).parameters(), "learning_rate": rate} for name, rate in rates.items()]
optimizer = torch.optim.Adam(groups)
