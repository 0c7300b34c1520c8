"""Turns rank-stabilised LoRA on: the update is scaled by alpha over the root of r.

failed: check_lora_config/lora
says check_lora_config/lora: leave it out
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
    use_rslora=True,
)
