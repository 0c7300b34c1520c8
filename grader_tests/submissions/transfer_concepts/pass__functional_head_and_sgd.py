"""SGD with momentum for the head, AdamW from scratch; freezes by `requires_grad_`, letters and techniques in other capitals."""
# %% quiz
answers = {
    "T1": "Feature Extraction",
    "T2": "lora",
    "T3": "domain adaptation",
    "T4": "fine-tuning",
    "R1": "task",
    "R2": "domain",
    "R3": "both",
    "R4": "domain",
    "S1": "a",
    "S2": "c ",
    "S3": "B",
    "workflow": ("b", "d", "a", "e", "f", "c"),
}
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device).requires_grad_(False)
transfer_model.classifier.requires_grad_(True)
scratch_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, pretrained=False, device=device)
# %% train_both
trainable = [p for p in transfer_model.parameters() if p.requires_grad]
transfer_optimizer = torch.optim.SGD(trainable, lr=0.01, momentum=0.9)
scratch_optimizer = torch.optim.AdamW(scratch_model.parameters(), lr=0.001)
curves = {}
curves["transfer"] = fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, 15)
curves["scratch"] = fit(scratch_model, scratch_optimizer, train_loader, validation_loader, 3)
