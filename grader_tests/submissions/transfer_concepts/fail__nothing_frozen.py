"""Freezes nothing and trains the whole pretrained network in train mode on one batch.

failed: check_train_both/buffers_untouched, check_make_models/frozen, check_make_models/trainable_parameters, check_train_both/history, check_train_both/backbone_is_untouched, check_train_both/loss_fell, check_train_both/beats_the_threshold, check_train_both/transfer_gains
"""
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
scratch_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, pretrained=False, device=device)
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model, transfer_optimizer, small_batches, validation_loader, epochs=3),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
