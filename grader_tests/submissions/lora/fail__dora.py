"""Takes DoRA, which also trains magnitudes.

failed: check_lora_config/lora, check_wrap_model/trainable_parameters
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
    use_dora=True,
)
