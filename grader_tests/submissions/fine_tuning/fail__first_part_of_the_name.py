"""Compares only what stands before the first dot, so that `blocks.5` and `blocks.6` are never found.

failed: check_unfreeze/stages_trainable, check_unfreeze/stages_in_train_mode,
    check_make_optimizer/optimizer, check_make_optimizer/learning_rates, check_fine_tune/stages_moved,
    check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
says check_unfreeze/stages_trainable: `blocks.5` should be trainable and is frozen (36 tensors)
"""
# %% set_trainable
def set_trainable(model, stages):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.split(".")[0] in stages
    for name, module in model.named_modules():
        module.training = name.split(".")[0] in stages
