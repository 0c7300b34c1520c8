"""Another right way: the features are frozen as a whole, the classifier is new, and only it is in the optimizer."""

# %% transforms
batch_size = 8
same = [transforms.Resize((64, 64)), transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
varied = [transforms.RandomVerticalFlip(), transforms.RandomHorizontalFlip(), *same]
folders = {"train": (train_dir, varied), "val": (val_dir, same), "test": (test_dir, same)}
image_datasets = {
    name: datasets.ImageFolder(folder, transforms.Compose(steps)) for name, (folder, steps) in folders.items()
}
dataloaders = {
    name: torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=name == "train")
    for name, dataset in image_datasets.items()
}
# %% adapt
effNet_pretrain_wt = efficientnet_b0(weights="DEFAULT")
effNet_pretrain_wt.features.requires_grad_(False)
effNet_pretrain_wt.classifier = nn.Sequential(nn.Dropout(0.1), nn.Linear(1280, len(class_names)))
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
effNet_pretrain_wt.to(device)
criterion = nn.CrossEntropyLoss()
optimizer = optim.AdamW(effNet_pretrain_wt.classifier.parameters(), lr=0.001)
# %% fine_tune
trainer = Trainer(max_epochs=epochs, logger=False, enable_checkpointing=False, enable_progress_bar=False)
module = model_Lightning(effNet_pretrain_wt, criterion, optimizer)
trainer.fit(module, train_dataloaders=dataloaders["train"], val_dataloaders=dataloaders["val"])
