"""All parameters are made trainable again after wrapping.

failed: check_wrap_model/trainable_parameters
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
model.requires_grad_(True)
