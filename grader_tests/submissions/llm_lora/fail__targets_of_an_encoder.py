"""The layers are named as MiniLM has them, and there are none of these names here.

failed: check_wrap_model/lora
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["query", "value"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
