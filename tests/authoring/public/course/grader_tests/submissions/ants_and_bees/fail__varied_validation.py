"""Validation pictures are varied at random as those for training are.

failed: check_data/randomness#2
"""

# %% data
data_transforms = {
    split: transforms.Compose([
        transforms.RandomResizedCrop(64),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])
    for split in ("train", "val")
}
image_datasets = {x: datasets.ImageFolder(f"data/hymenoptera_data/{x}", data_transforms[x]) for x in data_transforms}
dataloaders = {x: torch.utils.data.DataLoader(image_datasets[x], batch_size=4, shuffle=True) for x in image_datasets}
dataset_sizes = {x: len(image_datasets[x]) for x in image_datasets}
class_names = image_datasets["train"].classes
device = "cpu"
