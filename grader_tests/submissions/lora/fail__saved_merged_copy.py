"""Saves a merged copy of the model.
"""
# %% save_adapter
from copy import deepcopy

deepcopy(model).merge_and_unload().save_pretrained(ADAPTER)
