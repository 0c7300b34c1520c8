"""LoRA was put into one of the two layers.

failed: check_configure/lora, check_wrap/adapters, check_wrap/trainable_parameters
"""

# %% configure
config = peft.LoraConfig(r=8, target_modules=["seq.2"], modules_to_save=["seq.4"])
