"""Drops the last batch of each loader if it is smaller, so ten validation pictures are never looked at.

failed: check_make_loaders/loader#2
says check_make_loaders/loader#2: `drop_last` leaves out 10 examples
"""
# %% make_loaders
train_loader = DataLoader(
    LeafPictures(train_pictures, train_labels, train_transform), batch_size=20, drop_last=True, shuffle=True
)
validation_loader = DataLoader(
    LeafPictures(validation_pictures, validation_labels, eval_transform), batch_size=20, drop_last=True
)
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
