"""The two functions are written, and nothing is configured or trained.

failed: check_wrap_model/lora, check_memory/assert, check_memory/memory_is_right, check_switch/adapter_reloads, check_switch/is_merged, check_switch/was_switched, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/losses_are_the_models, check_train_adapter/optimizer, check_train_adapter/rate_was_lowered, check_train_adapter/writes_records, check_wrap_model/adapters, check_wrap_model/trainable_parameters
skipped: check_train_adapter/base_stayed_frozen, check_wrap_model/base_is_untouched
"""
# %% wrap_model
config = None
model = backbone
# %% train_adapter
history = {"loss": []}
optimizer = None
# %% training_bytes
def training_bytes(model, optimizer):
    return 0
# %% switch
merged = None
perplexities = {"adapter": None, "backbone": None}
