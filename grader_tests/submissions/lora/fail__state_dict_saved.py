"""Pickles the state of the whole model instead of saving the adapter; did not get to training.

failed: check_save_adapter/adapter_reloads, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold
skipped: check_train_adapter/base_stayed_frozen
"""
# %% train_adapter
history = {"loss": []}
# I did not get to this.
# %% save_adapter
ADAPTER.mkdir(exist_ok=True)
torch.save(model.state_dict(), ADAPTER / "adapter_model.bin")
