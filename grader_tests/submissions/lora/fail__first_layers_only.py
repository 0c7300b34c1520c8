"""Adapts the first three layers only.

failed: check_lora_config/lora, check_train_adapter/beats_the_threshold, check_train_adapter/loss_fell, check_wrap_model/adapters, check_wrap_model/trainable_parameters
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
    layers_to_transform=[0, 1, 2],
)
