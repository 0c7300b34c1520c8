"""Goes through named_parameters and named_modules, and compares the beginnings of names."""
# %% set_trainable
def set_trainable(model, stages):
    def is_in_stage(name):
        return any(name == stage or name.startswith(stage + ".") for stage in stages)

    for name, parameter in model.named_parameters():
        parameter.requires_grad = is_in_stage(name)
    for name, module in model.named_modules():
        module.training = is_in_stage(name)
# %% make_optimizer
groups = {}
for name, parameter in model.named_parameters():
    if parameter.requires_grad:
        rate = 8e-4 if name.startswith("blocks.5") else 2e-3 if name.startswith("classifier") else 1e-3
        groups.setdefault(rate, []).append(parameter)
optimizer = torch.optim.Adam([{"params": held, "lr": rate} for rate, held in groups.items()])
