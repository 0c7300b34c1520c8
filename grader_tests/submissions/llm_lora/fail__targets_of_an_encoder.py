"""The layers are named as MiniLM has them, and there are none of these names here.

failed: check_wrap_model/lora, check_switch/adapter_reloads, check_switch/is_merged, check_switch/was_switched, check_train_adapter/base_stayed_frozen, check_train_adapter/history, check_train_adapter/optimizer, check_train_adapter/rate_was_lowered, check_train_adapter/writes_records, check_wrap_model/adapters, check_wrap_model/base_is_untouched, check_wrap_model/trainable_parameters
skipped: check_train_adapter/loss_fell, check_train_adapter/losses_are_the_models
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["query", "value"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
