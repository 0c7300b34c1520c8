"""LoRA was put into the last layer, too, which was to be trained as it is.

failed: check_configure/lora, check_wrap/adapters, check_wrap/trainable_parameters
"""

# %% configure
config = peft.LoraConfig(r=8, target_modules=["seq.0", "seq.2", "seq.4"])
