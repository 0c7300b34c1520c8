"""Starts B at random, so that training starts from another model.

failed: check_lora_config/lora
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
    init_lora_weights=False,
)
