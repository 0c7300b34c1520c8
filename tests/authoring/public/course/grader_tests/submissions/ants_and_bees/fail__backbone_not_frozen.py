"""The features are not fixed: all of the network is trained once more.

failed: check_features/frozen, check_train_conv/is_pretrained
"""

# %% features
model_conv = models.resnet18(weights="IMAGENET1K_V1")
model_conv.fc = nn.Linear(model_conv.fc.in_features, 2)
criterion = nn.CrossEntropyLoss()
optimizer_conv = optim.SGD(model_conv.parameters(), lr=0.001, momentum=0.9)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_conv, step_size=7, gamma=0.1)
