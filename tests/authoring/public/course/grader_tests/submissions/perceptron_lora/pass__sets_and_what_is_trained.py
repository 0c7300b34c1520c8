"""Another right way: names in a set, alpha as it is by default, an optimizer of what is trained only."""

# %% configure
config = peft.LoraConfig(r=8, lora_alpha=8, target_modules={"seq.2", "seq.0"}, modules_to_save=["seq.4"], lora_dropout=0.0)
# %% wrap
peft_model = peft.get_peft_model(module, config)
optimizer = torch.optim.Adam((p for p in peft_model.parameters() if p.requires_grad), lr=lr)
criterion = nn.CrossEntropyLoss()
