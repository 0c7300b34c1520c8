"""The targets are those of a Llama, which BERT has not: peft refuses, and there is no model to go on with.

failed: check_lora/lora, check_lora/adapters, check_lora/keeps_the_backbone, check_wrap_lora/adapters
    check_train_lora/keeps_the_backbone, check_train_lora/sorts_news
"""

# %% lora
base_model = AutoModelForSequenceClassification.from_pretrained(model_name, num_labels=2)
lora_config = LoraConfig(task_type="SEQ_CLS", r=16, lora_alpha=32, target_modules=["q_proj", "k_proj", "v_proj"])
lora_model = get_peft_model(base_model, lora_config)
