"""Looks whether a parameter's name contains the stage's: `bn2` is in the names of the lower blocks, too.

failed: check_unfreeze/stages_trainable, check_unfreeze/stages_in_train_mode, check_make_optimizer/optimizer
says check_unfreeze/stages_trainable: `blocks.0` should be frozen and is trainable (2 tensors)
says check_unfreeze/stages_in_train_mode: 11 layers of frozen stages in train mode: `blocks.0.0.bn2`
"""
# %% set_trainable
def set_trainable(model, stages):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = any(stage in name for stage in stages)
    for name, module in model.named_modules():
        module.training = any(stage in name for stage in stages)
