"""Trains the head with a learning rate of 0.

failed: check_train_both/loss_fell, check_train_both/beats_the_threshold, check_train_both/transfer_gains
skipped: check_train_both/backbone_is_untouched
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.0)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
