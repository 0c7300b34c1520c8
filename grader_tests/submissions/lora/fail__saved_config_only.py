"""Saves the configuration.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
config.save_pretrained(ADAPTER)
