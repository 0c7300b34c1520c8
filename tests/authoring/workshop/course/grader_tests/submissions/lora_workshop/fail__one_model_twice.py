"""Both modules were put around the model with adapters, so that features are never tried by themselves.

failed: check_wrap/frozen, check_wrap/trainable_parameters
"""

# %% wrap
lora_module = TextClassificationModule(lora_model, tokenizer)
feature_extractor_module = TextClassificationModule(lora_model, tokenizer)
