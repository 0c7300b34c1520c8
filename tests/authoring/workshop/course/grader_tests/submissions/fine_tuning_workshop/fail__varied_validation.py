"""All pictures are varied at random, those that validate, too.

failed: check_transforms/randomness#2
"""

# %% transforms
batch_size = 8
varied = [
    transforms.Resize((64, 64)),
    transforms.RandomHorizontalFlip(),
    transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
]
folders = {"train": train_dir, "val": val_dir, "test": test_dir}
image_datasets = {
    name: datasets.ImageFolder(folder, transforms.Compose(varied)) for name, folder in folders.items()
}
dataloaders = {
    name: torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=name == "train")
    for name, dataset in image_datasets.items()
}
