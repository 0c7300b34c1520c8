"""Hands in the notebook as it was released.

failed: check_train_both/buffers_untouched, check_quiz/answers, check_quiz/answers#2, check_quiz/answers#3, check_quiz/answers#4, check_quiz/techniques_are_right, check_quiz/relations_are_right, check_quiz/sources_are_right, check_quiz/workflow_is_right, check_write_transforms/normalised, check_write_transforms/randomness, check_write_transforms/normalised#2, check_write_transforms/randomness#2, check_make_loaders/loader, check_make_loaders/randomness, check_make_loaders/loader#2, check_make_loaders/randomness#2, check_make_loaders/holds_the_split, check_make_loaders/holds_the_split#2, check_make_models/frozen, check_make_models/trainable_parameters, check_make_models/trainable_parameters#2, check_make_models/transfer_is_pretrained, check_make_models/scratch_is_random, check_train_both/optimizer, check_train_both/optimizer#2, check_train_both/rates_are_moderate, check_train_both/history, check_train_both/history#2, check_train_both/backbone_is_untouched, check_train_both/scratch_was_trained, check_train_both/beats_the_threshold
skipped: check_train_both/loss_fell, check_train_both/transfer_gains
"""
# %% quiz
answers = {
    "T1": None,
    "T2": None,
    "T3": None,
    "T4": None,
    "R1": None,
    "R2": None,
    "R3": None,
    "R4": None,
    "S1": None,
    "S2": None,
    "S3": None,
    "workflow": None,
}
# %% write_transforms
train_transform = ...
eval_transform = ...
# %% make_loaders
train_loader = ...
validation_loader = ...
# %% make_models
transfer_model = ...
scratch_model = ...
# %% train_both
transfer_optimizer = ...
scratch_optimizer = ...
curves = {"transfer": [], "scratch": []}
