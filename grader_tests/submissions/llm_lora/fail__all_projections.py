"""All four projections of attention get adapters.

failed: check_wrap_model/lora, check_wrap_model/adapters, check_wrap_model/trainable_parameters
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
