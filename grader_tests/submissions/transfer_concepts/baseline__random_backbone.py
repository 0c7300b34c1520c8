"""Both models have random weights; the head learns from the features of a random backbone.

failed: check_train_both/buffers_untouched, check_make_models/transfer_is_pretrained, check_train_both/backbone_is_untouched, check_train_both/beats_the_threshold, check_train_both/transfer_gains
"""
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, pretrained=False, device=device)
norms = [module for module in transfer_model.modules() if isinstance(module, nn.BatchNorm2d)]
for norm in norms:
    norm.momentum = 1.0  # one batch sets the statistics that fit the random weights
transfer_model.train()
with torch.no_grad():
    transfer_model(prepared(train_pictures))
for norm in norms:
    norm.momentum = 0.1
transfer_model.eval().requires_grad_(False)
transfer_model.classifier.requires_grad_(True)
scratch_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, pretrained=False, device=device)
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
