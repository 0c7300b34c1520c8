"""Makes everything trainable after wrapping.
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
model = get_peft_model(backbone, config)
for parameter in model.parameters():
    parameter.requires_grad = True
model.print_trainable_parameters()
