"""The task type is that of a classifier.

failed: check_wrap_model/lora
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type=TaskType.SEQ_CLS)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
