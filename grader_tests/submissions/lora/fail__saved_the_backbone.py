"""Saves the wrapped backbone.
"""
# %% save_adapter
backbone.save_pretrained(ADAPTER)
