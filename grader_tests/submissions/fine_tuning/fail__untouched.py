"""Hands in the notebook as it was released.

failed: check_fine_tune/accuracy_is_the_models, check_fine_tune/loss_takes_logits, check_only_head/stages_trainable, check_unfreeze/stages_trainable, check_unfreeze/stages_in_train_mode, check_make_optimizer/optimizer, check_make_optimizer/learning_rates, check_fine_tune/history, check_fine_tune/stages_moved, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% set_trainable
def set_trainable(model, stages):
    ...
# %% make_optimizer
optimizer = ...
# %% fine_tune
history = {"loss": [], "accuracy": []}

...
