"""Saves the merged model.
"""
# %% save_adapter
model.merge_and_unload().save_pretrained(ADAPTER)
