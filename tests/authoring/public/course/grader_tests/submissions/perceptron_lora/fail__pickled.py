"""The weights were pickled into the folder, where peft cannot find an adapter.

failed: check_save/adapter_reloads
"""

# %% save
model_id.mkdir(parents=True)
torch.save(peft_model.state_dict(), model_id / "adapter.pt")
