"""Adds a group with all trainable parameters to those of the stages, at which torch stops.

failed: check_make_optimizer/optimizer, check_make_optimizer/learning_rates, check_fine_tune/history,
    check_fine_tune/stages_moved, check_fine_tune/gains, check_fine_tune/accuracy_is_the_models,
    check_fine_tune/loss_takes_logits
skipped: check_fine_tune/validation_is_held_out
"""
# %% make_optimizer
rates = {"classifier": 2e-3, "conv_head": 1e-3, "bn2": 1e-3, "blocks.6": 1e-3, "blocks.5": 8e-4}
groups = [{"params": model.get_submodule(name).parameters(), "lr": rate} for name, rate in rates.items()]
groups.append({"params": [p for p in model.parameters() if p.requires_grad], "lr": 1e-3})
optimizer = torch.optim.Adam(groups)
