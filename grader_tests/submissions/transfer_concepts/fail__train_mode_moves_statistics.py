"""Sends pictures through the frozen model as a whole first, in train mode: parameters stay, batch-norm statistics move.

failed: check_train_both/buffers_untouched, check_train_both/backbone_is_untouched
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
fit(transfer_model, transfer_optimizer, [(pictures, labels)], validation_loader, epochs=1)
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
