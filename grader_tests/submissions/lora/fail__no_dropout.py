"""Forgets the dropout.

failed: check_lora_config/lora
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    task_type=TaskType.SEQ_CLS,
)
