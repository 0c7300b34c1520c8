"""Uses the transform of validation pictures for training pictures as well: nothing is augmented.

failed: check_write_transforms/randomness, check_make_loaders/randomness
says check_write_transforms/randomness: 12 copies of one picture come out all the same
"""
# %% write_transforms
eval_transform = v2.Compose(
    [v2.Resize(64), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)]
)
train_transform = eval_transform
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
