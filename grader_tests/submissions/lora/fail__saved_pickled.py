"""Saves the model by torch.
"""
# %% save_adapter
ADAPTER.mkdir(exist_ok=True)
torch.save(model, ADAPTER / "adapter_model.bin")
