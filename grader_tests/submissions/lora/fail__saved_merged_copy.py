"""Saves a merged copy of the model.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
from copy import deepcopy

deepcopy(model).merge_and_unload().save_pretrained(ADAPTER)
