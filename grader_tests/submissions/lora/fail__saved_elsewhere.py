"""Saves into another folder.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
model.save_pretrained("lora_adapter")
