"""Adapts every linear layer.
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules="all-linear",
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
)
