"""Everything was frozen after the last layer was replaced, the new one with it.

failed: check_features/head, check_features/optimizer, check_train_conv/tells_ants_from_bees
"""

# %% features
model_conv = models.resnet18(weights="IMAGENET1K_V1")
model_conv.fc = nn.Linear(model_conv.fc.in_features, 2)
for param in model_conv.parameters():
    param.requires_grad = False
criterion = nn.CrossEntropyLoss()
optimizer_conv = optim.SGD(model_conv.fc.parameters(), lr=0.001, momentum=0.9)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_conv, step_size=7, gamma=0.1)
