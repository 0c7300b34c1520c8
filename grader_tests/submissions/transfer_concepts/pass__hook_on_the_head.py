"""Leaves a forward hook on the head, which looks and changes nothing: the judge cannot rebuild such a model and asks."""
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
for name, parameter in transfer_model.named_parameters():
    parameter.requires_grad = "classifier" in name
shapes = []
transfer_model.classifier.register_forward_hook(lambda module, inputs, output: shapes.append(output.shape))
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
