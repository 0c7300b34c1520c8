"""Makes a group for each stage with convolutions and forgets `bn2`.

failed: check_make_optimizer/optimizer, check_make_optimizer/learning_rates, check_fine_tune/stages_moved
says check_make_optimizer/optimizer: 2 trainable parameter tensors not in the optimizer: `bn2.weight`,
    `bn2.bias`
"""
# %% make_optimizer
rates = {"classifier": 2e-3, "conv_head": 1e-3, "blocks.6": 1e-3, "blocks.5": 8e-4}
groups = [{"params": model.get_submodule(name).parameters(), "lr": rate} for name, rate in rates.items()]
optimizer = torch.optim.Adam(groups)
