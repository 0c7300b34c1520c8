"""Saves the merged model.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
model.merge_and_unload().save_pretrained(ADAPTER)
