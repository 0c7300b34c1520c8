"""Everything was made trainable after wrapping: this is no LoRA any more.

failed: check_wrap/trainable_parameters, check_train/keeps_the_base
"""

# %% wrap
peft_model = peft.get_peft_model(module, config)
peft_model.requires_grad_(True)
optimizer = torch.optim.Adam(peft_model.parameters(), lr=lr)
criterion = nn.CrossEntropyLoss()
