"""Trains the biases of the backbone, too.

failed: check_lora_config/lora, check_train_adapter/base_stayed_frozen, check_wrap_model/trainable_parameters
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
    bias="all",
)
