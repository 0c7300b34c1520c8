"""Handed in as it was handed out.

failed: check_adapter_size/returns, check_adapter_size/returns#2, check_adapter_size/returns#3, check_adapter_size/returns#4, check_lora_config/lora, check_wrap_model/adapters, check_wrap_model/trainable_parameters, check_prepare_training/optimizer, check_prepare_training/in_train_mode, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_save_adapter/adapter_reloads, check_save_adapter/answers_alike, check_train_adapter/rate_was_lowered
skipped: check_wrap_model/base_is_untouched, check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    """Return how many parameters a LoRA adapter of this rank adds to one linear layer."""
    # YOUR CODE HERE
    return 0
# %% lora_config
# YOUR CODE HERE
config = None
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
# YOUR CODE HERE: wrap it
model = backbone
# %% prepare_training
# YOUR CODE HERE: the optimizer, its schedule, and train mode
optimizer = None
schedule = None
# %% train_adapter
history = {"loss": []}
# YOUR CODE HERE
# %% save_adapter
# YOUR CODE HERE
# %% [markdown] compare_strategies
*Your answer.*
