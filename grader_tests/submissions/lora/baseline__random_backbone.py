"""LoRA on a backbone whose pretrained weights were thrown away.

failed: check_wrap_model/base_is_untouched, check_train_adapter/loss_fell, check_train_adapter/base_stayed_frozen, check_train_adapter/beats_the_threshold, check_save_adapter/answers_alike
skipped: check_train_adapter/losses_are_the_models
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
for module in backbone.modules():
    if isinstance(module, (torch.nn.Linear, torch.nn.Embedding)):
        torch.nn.init.normal_(module.weight, std=0.02)
model = get_peft_model(backbone, config)
