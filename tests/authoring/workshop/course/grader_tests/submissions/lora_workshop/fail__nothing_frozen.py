"""The encoder was left trainable: features are not extracted, they are retrained.

failed: check_feature_extraction/frozen, check_feature_extraction/trainable_parameters, check_wrap_features/frozen
    check_wrap_features/trainable_parameters, check_train_features/keeps_the_backbone
"""

# %% feature_extraction
feature_extractor_model = AutoModelForSequenceClassification.from_pretrained(model_name, num_labels=2)
