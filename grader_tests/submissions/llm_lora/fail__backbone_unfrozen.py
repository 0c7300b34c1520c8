"""All parameters are made trainable again after wrapping.

failed: check_wrap_model/trainable_parameters, check_switch/is_merged, check_switch/was_switched, check_train_adapter/base_stayed_frozen, check_train_adapter/writes_records
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
model.requires_grad_(True)
