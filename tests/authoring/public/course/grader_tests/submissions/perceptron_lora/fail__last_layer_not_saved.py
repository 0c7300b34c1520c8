"""`modules_to_save` was left out: the random last layer stays random.

failed: check_wrap/trainable_parameters
"""

# %% configure
config = peft.LoraConfig(r=8, target_modules=["seq.0", "seq.2"])
