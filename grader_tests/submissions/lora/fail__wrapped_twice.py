"""Wraps the model a second time, since the first output looked wrong.

failed: check_wrap_model/adapters
says check_wrap_model/adapters: is wrapped twice
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
model = get_peft_model(backbone, config)
model = get_peft_model(model, config)
