"""Halves the numbers before saving.
"""
# %% save_adapter
model.half().save_pretrained(ADAPTER)
