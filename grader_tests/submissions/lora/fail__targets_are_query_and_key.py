"""Adapts `query` and `key`: as many numbers as asked for, in other places; did not get to training.

failed: check_lora_config/lora, check_wrap_model/adapters, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% lora_config
config = LoraConfig(
    r=8, lora_alpha=16, target_modules=["query", "key"], lora_dropout=0.05, task_type="SEQ_CLS"
)
# %% train_adapter
history = {"loss": []}
# I did not get to this.
