"""Gives no task type, so that peft freezes the new head too; did not get to training.

failed: check_lora_config/lora, check_wrap_model/trainable_parameters, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_save_adapter/answers_alike, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% lora_config
config = LoraConfig(r=8, lora_alpha=16, target_modules=["query", "value"], lora_dropout=0.05)
# %% train_adapter
history = {"loss": []}
# I did not get to this.
