"""Alpha is the rank, so the scaling is 1.

failed: check_wrap_model/lora
says check_wrap_model/lora: alpha
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
