"""Sets alpha to the rank.

failed: check_lora_config/lora
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=8,
    target_modules=["query", "value"],
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
)
