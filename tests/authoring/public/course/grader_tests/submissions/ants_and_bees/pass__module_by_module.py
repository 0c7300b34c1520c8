"""Another right way: weights by their enumeration, the backbone frozen as a whole, an optimizer of what is trained."""

# %% fine_tuning
model_ft = models.resnet18(weights=models.ResNet18_Weights.DEFAULT)
model_ft.fc = nn.Linear(512, len(class_names))
criterion = nn.CrossEntropyLoss()
groups = [
    {"params": [p for name, p in model_ft.named_parameters() if not name.startswith("fc.")]},
    {"params": model_ft.fc.parameters(), "lr": 0.01},
]
optimizer_ft = optim.SGD(groups, lr=0.001, momentum=0.9)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_ft, step_size=7, gamma=0.1)
# %% features
model_conv = torchvision.models.get_model("resnet18", weights="DEFAULT").requires_grad_(False)
model_conv.fc = nn.Linear(512, len(class_names))
criterion = nn.CrossEntropyLoss()
optimizer_conv = optim.SGD((p for p in model_conv.parameters() if p.requires_grad), lr=0.01, momentum=0.9)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_conv, step_size=7, gamma=0.1)
