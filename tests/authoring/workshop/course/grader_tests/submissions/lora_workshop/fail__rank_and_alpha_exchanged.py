"""Rank and alpha were taken for each other: the update is scaled by a half, not by two.

failed: check_lora/lora, check_lora/adapters, check_wrap_lora/adapters
"""

# %% lora
base_model = AutoModelForSequenceClassification.from_pretrained(model_name, num_labels=2)
lora_config = LoraConfig(task_type="SEQ_CLS", r=32, lora_alpha=16, target_modules=["query", "key", "value"])
lora_model = get_peft_model(base_model, lora_config)
