"""The reference: what the text describes, in its order."""
# %% quiz
answers = {
    "T1": "feature extraction",
    "T2": "LoRA",
    "T3": "domain adaptation",
    "T4": "fine-tuning",
    "R1": "task",
    "R2": "domain",
    "R3": "both",
    "R4": "domain",
    "S1": "A",
    "S2": "C",
    "S3": "B",
    "workflow": ["B", "D", "A", "E", "F", "C"],
}
# %% write_transforms
as_pretrained = [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)]
train_transform = v2.Compose(
    [
        v2.RandomHorizontalFlip(),
        v2.RandomResizedCrop(64, scale=(0.7, 1.0)),
        v2.ColorJitter(brightness=0.1, contrast=0.1),
        *as_pretrained,
    ]
)
eval_transform = v2.Compose([v2.Resize(64), *as_pretrained])
# %% make_loaders
train_loader = DataLoader(
    LeafPictures(train_pictures, train_labels, train_transform), batch_size=20, shuffle=True
)
validation_loader = DataLoader(
    LeafPictures(validation_pictures, validation_labels, eval_transform), batch_size=20
)
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, device=device)
for name, parameter in transfer_model.named_parameters():
    parameter.requires_grad = name.startswith("classifier.")
scratch_model = tlgrader.load_backbone("efficientnet_lite0", classes=5, pretrained=False, device=device)
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
curves = {
    "transfer": fit(
        transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15
    ),
    "scratch": fit(scratch_model, scratch_optimizer, train_loader, validation_loader, epochs=3),
}
# %% [markdown] explain_transfer
Transfer learning uses what a model learned from a source with much data for a target with little. `transfer_model` got
features from ImageNet: edges, textures and colours are useful for leaves, too, although ImageNet has no leaf diseases, so only the
6,405 numbers of the head had to be learned. `scratch_model` must learn its features as well: 3.4 million numbers from 100
pictures, and 15 steps from a random start are far too few for that. Transfer helps little where source and
target have nothing in common, such as photographs and spectrograms of speech, or where there is so much target data that
nothing is missing; features that mislead can even harm (negative transfer).
