"""Another right way: targets by name, the encoder frozen as a whole."""

# %% lora
base_model = AutoModelForSequenceClassification.from_pretrained(model_name, num_labels=num_labels)
lora_config = LoraConfig(
    task_type="SEQ_CLS", r=16, lora_alpha=32, lora_dropout=0.05, target_modules=["value", "query", "key"]
)
lora_model = get_peft_model(base_model, lora_config)
# %% feature_extraction
feature_extractor_model = AutoModelForSequenceClassification.from_pretrained(model_name, num_labels=num_labels)
feature_extractor_model.bert.requires_grad_(False)
