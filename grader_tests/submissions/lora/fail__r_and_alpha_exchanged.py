"""Exchanges rank and alpha, and multiplies in `adapter_size` where it should add; did not get to training.

failed: check_adapter_size/returns, check_adapter_size/returns#2, check_adapter_size/returns#3, check_adapter_size/returns#4, check_lora_config/lora, check_wrap_model/trainable_parameters, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    return rank * in_features * out_features
# %% lora_config
config = LoraConfig(
    r=16, lora_alpha=8, target_modules=["query", "value"], lora_dropout=0.05, task_type="SEQ_CLS"
)
# %% train_adapter
history = {"loss": []}
# I did not get to this.
