"""Augments by rotation and affine shifts, writes the evaluation as a function, and names an explicit sampler."""
# %% write_transforms
normalise = v2.Normalize(mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5])
train_transform = v2.Compose(
    [
        v2.Resize((64, 64)),
        v2.RandomVerticalFlip(0.5),
        v2.RandomRotation(20),
        v2.RandomAffine(0, translate=(0.05, 0.05)),
        v2.ToDtype(torch.float32, scale=True),
        normalise,
    ]
)


def eval_transform(picture):
    small = v2.functional.resize(picture, [64, 64])
    return normalise(small / 255)
# %% make_loaders
train_set = LeafPictures(train_pictures, train_labels, train_transform)
train_loader = DataLoader(train_set, 20, sampler=torch.utils.data.RandomSampler(train_set))
validation_loader = DataLoader(LeafPictures(validation_pictures, validation_labels, eval_transform), 20, shuffle=False)
