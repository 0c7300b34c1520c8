"""Pairs the features with labels in another order: the head learns by heart what says nothing.

failed: check_train_both/loss_fell, check_train_both/beats_the_threshold, check_train_both/transfer_gains
skipped: check_train_both/backbone_is_untouched
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
mixed = TensorDataset(train_features.tensors[0], train_labels.roll(1))
mixed_loader = DataLoader(mixed, batch_size=20, shuffle=True)
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, mixed_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
