"""Forgets `scale=True`: numbers from 0 to 255 are normalised as if they were from 0 to 1.

failed: check_write_transforms/normalised, check_write_transforms/normalised#2, check_train_both/loss_fell,
    check_train_both/beats_the_threshold, check_train_both/transfer_gains
skipped: check_train_both/backbone_is_untouched
says check_write_transforms/normalised#2: a white picture comes out as 509.00
"""
# %% write_transforms
train_transform = v2.Compose(
    [
        v2.RandomHorizontalFlip(),
        v2.RandomResizedCrop(64, scale=(0.7, 1.0)),
        v2.ColorJitter(brightness=0.1, contrast=0.1),
        v2.ToDtype(torch.float32),
        v2.Normalize([0.5] * 3, [0.5] * 3),
    ]
)
eval_transform = v2.Compose(
    [v2.Resize(64), v2.ToDtype(torch.float32), v2.Normalize([0.5] * 3, [0.5] * 3)]
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
