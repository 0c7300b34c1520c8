"""Both modules were put around the model with adapters, so that features are never tried by themselves.

failed: check_wrap_features/frozen, check_wrap_features/trainable_parameters
"""

# %% wrap_features
feature_extractor_module = TextClassificationModule(lora_model, tokenizer)
