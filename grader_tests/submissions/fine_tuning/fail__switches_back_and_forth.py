"""Turns `requires_grad` of the stages from one value to the other: the second call freezes the head again.

failed: check_unfreeze/stages_trainable, check_make_optimizer/optimizer, check_make_optimizer/learning_rates
says check_unfreeze/stages_trainable: `classifier` should be trainable and is frozen (2 tensors)
"""
# %% set_trainable
for parameter in model.parameters():
    parameter.requires_grad = False


def set_trainable(model, stages):
    model.eval()
    for name in stages:
        for parameter in model.get_submodule(name).parameters():
            parameter.requires_grad = not parameter.requires_grad
        model.get_submodule(name).train()
