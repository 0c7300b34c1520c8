"""Chooses rates of its own, each stage slower than the one above, and adds a group for each."""
# %% make_optimizer
held = {"classifier": 2e-3, "bn2": 1e-3, "conv_head": 1e-3, "blocks.6": 9e-4, "blocks.5": 7e-4}
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=held.pop("classifier"))
for name, lr in held.items():
    optimizer.add_param_group({"params": list(model.get_submodule(name).parameters()), "lr": lr})
