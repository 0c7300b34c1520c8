"""Wraps the backbone under another name and goes on with the backbone.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
peft_model = get_peft_model(backbone, config)
peft_model.print_trainable_parameters()
model = backbone
