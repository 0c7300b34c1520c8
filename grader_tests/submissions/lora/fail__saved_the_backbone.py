"""Saves the wrapped backbone.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
backbone.save_pretrained(ADAPTER)
