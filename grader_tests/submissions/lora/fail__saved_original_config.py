"""Writes the model's adapter, then a configuration of another rank over it.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% save_adapter
model.save_pretrained(ADAPTER)
LoraConfig(r=4, lora_alpha=16, target_modules=["query", "value"], task_type="SEQ_CLS").save_pretrained(ADAPTER)
