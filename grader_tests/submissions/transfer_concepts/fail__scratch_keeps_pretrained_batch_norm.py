"""Gives the convolutions of a pretrained model new weights, and leaves its batch norm as it was pretrained.

failed: check_make_models/scratch_is_random
skipped: check_train_both/scratch_was_trained, check_train_both/transfer_gains
says check_make_models/scratch_is_random: 98 parameter tensors pretrained: `bn1.weight`, `bn1.bias` and 96
    more
"""
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
for name, parameter in transfer_model.named_parameters():
    parameter.requires_grad = name.startswith("classifier.")
scratch_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
for module in scratch_model.modules():
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        module.reset_parameters()
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
