"""Saves into another folder.
"""
# %% save_adapter
model.save_pretrained("lora_adapter")
