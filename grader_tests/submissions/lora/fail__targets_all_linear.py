"""Adapts every linear layer.

failed: check_lora_config/lora, check_wrap_model/adapters, check_wrap_model/trainable_parameters
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules="all-linear",
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
)
