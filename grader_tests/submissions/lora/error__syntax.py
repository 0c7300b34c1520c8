"""Forgets a bracket: the cell does not run, there is no model, and what needs one fails with that reason.

failed: check_wrap_model/adapters, check_wrap_model/trainable_parameters, check_wrap_model/base_is_untouched, check_prepare_training/optimizer, check_prepare_training/in_train_mode, check_train_adapter/history, check_train_adapter/base_stayed_frozen, check_train_adapter/beats_the_threshold, check_save_adapter/adapter_reloads, check_save_adapter/answers_alike, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/loss_fell, check_train_adapter/losses_are_the_models
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device
model = get_peft_model(backbone, config)
