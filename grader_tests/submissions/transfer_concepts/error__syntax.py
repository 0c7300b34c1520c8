"""A bracket is missing in the last cell, so that none of it ran.

failed: check_train_both/optimizer, check_train_both/optimizer#2, check_train_both/rates_are_moderate, check_train_both/history, check_train_both/history#2, check_train_both/loss_fell, check_train_both/scratch_was_trained, check_train_both/beats_the_threshold
skipped: check_train_both/backbone_is_untouched, check_train_both/transfer_gains
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15,
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
