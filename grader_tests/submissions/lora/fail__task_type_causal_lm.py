"""Takes the task type of a text generator: peft asks the classifier for a method that it does not have.

Up to transformers 4.51 a classifier has it: then all works, but its head is not trained.

failed: check_lora_config/lora, check_wrap_model/trainable_parameters, check_save_adapter/answers_alike, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/losses_are_the_models
failed (transformers>=4.52): check_wrap_model/adapters, check_wrap_model/base_is_untouched,
    check_prepare_training/optimizer, check_prepare_training/in_train_mode, check_train_adapter/history,
    check_train_adapter/base_stayed_frozen, check_train_adapter/beats_the_threshold,
    check_save_adapter/adapter_reloads
skipped (transformers>=4.52): check_train_adapter/loss_fell
"""
# %% lora_config
config = LoraConfig(
    r=8, lora_alpha=16, target_modules=["query", "value"], lora_dropout=0.05, task_type=TaskType.CAUSAL_LM
)
