"""Saves a fresh model with a fresh adapter.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
fresh = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2)
get_peft_model(fresh, config).save_pretrained(ADAPTER)
