"""Pickles the state of the whole model instead of saving the adapter; did not get to training.

failed: check_save_adapter/adapter_reloads, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_save_adapter/answers_alike, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
# I did not get to this.
# %% save_adapter
ADAPTER.mkdir(exist_ok=True)
torch.save(model.state_dict(), ADAPTER / "adapter_model.bin")
