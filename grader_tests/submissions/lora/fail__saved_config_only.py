"""Saves the configuration.
"""
# %% save_adapter
config.save_pretrained(ADAPTER)
