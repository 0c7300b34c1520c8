"""Turns the condition round: the named stages are frozen, and everything else is trainable.

failed: check_only_head/stages_trainable, check_unfreeze/stages_trainable,
    check_unfreeze/stages_in_train_mode, check_make_optimizer/optimizer,
    check_make_optimizer/learning_rates, check_fine_tune/stages_moved, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% set_trainable
def set_trainable(model, stages):
    model.requires_grad_(True).train()
    for name in stages:
        model.get_submodule(name).requires_grad_(False).eval()
