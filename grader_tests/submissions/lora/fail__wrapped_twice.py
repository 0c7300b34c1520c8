"""Wraps the model twice.

failed: check_save_adapter/answers_alike, check_wrap_model/adapters
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
model = get_peft_model(model, config)
model.print_trainable_parameters()
