"""Gives the optimizer of the network from scratch its head alone: all other layers stay random.

failed: check_train_both/optimizer#2, check_train_both/scratch_was_trained
skipped: check_train_both/transfer_gains
says check_train_both/optimizer#2: 147 trainable parameter tensors not in the optimizer: `conv_stem.weight`
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.classifier.parameters(), lr=0.001)
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, train_loader, validation_loader, epochs=3),
}
