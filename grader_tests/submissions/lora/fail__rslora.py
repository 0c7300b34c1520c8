"""Takes rsLoRA, whose scaling is alpha divided by the root of the rank.

failed: check_lora_config/lora
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
