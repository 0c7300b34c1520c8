"""Augments the training pictures once, before the loader: every epoch sees the same versions.

failed: check_make_loaders/randomness
says check_make_loaders/randomness: 'TensorDataset' object has no attribute 'transform'
"""
# %% make_loaders
train_loader = DataLoader(TensorDataset(augmented(train_pictures), train_labels), batch_size=20, shuffle=True)
validation_loader = DataLoader(LeafPictures(validation_pictures, validation_labels, eval_transform), batch_size=20)
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
