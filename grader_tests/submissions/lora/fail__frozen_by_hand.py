"""Freezes by hand after wrapping, the adapter and the head too.

failed: check_wrap_model/trainable_parameters
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
model = get_peft_model(backbone, config)
for name, parameter in model.named_parameters():
    parameter.requires_grad = "lora_" in name
model.print_trainable_parameters()
