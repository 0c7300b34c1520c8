"""Freezes the parameters, but puts the whole model into train mode, batch norm of frozen stages too.

failed: check_unfreeze/stages_in_train_mode
"""
# %% set_trainable
def set_trainable(model, stages):
    for parameter in model.parameters():
        parameter.requires_grad = False
    for name in stages:
        for parameter in model.get_submodule(name).parameters():
            parameter.requires_grad = True
    model.train()
