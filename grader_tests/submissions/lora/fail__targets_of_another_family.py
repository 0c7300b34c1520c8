"""Uses the names of LLaMA's layers, which BERT does not have: peft raises, and there is no model.

failed: check_lora_config/lora, check_wrap_model/adapters, check_wrap_model/trainable_parameters, check_wrap_model/base_is_untouched, check_prepare_training/optimizer, check_prepare_training/in_train_mode, check_train_adapter/history, check_train_adapter/base_stayed_frozen, check_train_adapter/beats_the_threshold, check_save_adapter/adapter_reloads, check_save_adapter/answers_alike, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/loss_fell, check_train_adapter/losses_are_the_models
"""
# %% lora_config
config = LoraConfig(
    r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], lora_dropout=0.05, task_type="SEQ_CLS"
)
