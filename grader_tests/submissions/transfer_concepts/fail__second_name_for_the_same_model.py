"""Assigns `transfer_model` to `scratch_model` and unfreezes it: both names are one model.

failed: check_make_models/frozen, check_make_models/trainable_parameters,
    check_make_models/scratch_is_random, check_train_both/optimizer, check_train_both/buffers_untouched,
    check_train_both/loss_fell, check_train_both/backbone_is_untouched, check_train_both/beats_the_threshold
skipped: check_train_both/scratch_was_trained, check_train_both/transfer_gains
says check_make_models/frozen: 147 parameter tensors outside `classifier` are trainable
says check_make_models/scratch_is_random: 147 parameter tensors pretrained
"""
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
for name, parameter in transfer_model.named_parameters():
    parameter.requires_grad = name.startswith("classifier.")
scratch_model = transfer_model
for parameter in scratch_model.parameters():
    parameter.requires_grad = True
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
