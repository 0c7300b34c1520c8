"""Writes the dropout ten times as large.

failed: check_lora_config/lora
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    lora_dropout=0.5,
    task_type=TaskType.SEQ_CLS,
)
