"""Saves the model by torch.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
ADAPTER.mkdir(exist_ok=True)
torch.save(model, ADAPTER / "adapter_model.bin")
