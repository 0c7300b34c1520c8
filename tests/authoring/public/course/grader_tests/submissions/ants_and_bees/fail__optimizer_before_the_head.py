"""The optimizer was made before the last layer was replaced: it holds the old one, and the new one stays random.

failed: check_fine_tuning/optimizer
"""

# %% fine_tuning
model_ft = models.resnet18(weights="IMAGENET1K_V1")
optimizer_ft = optim.SGD(model_ft.parameters(), lr=0.001, momentum=0.9)
model_ft.fc = nn.Linear(model_ft.fc.in_features, 2)
criterion = nn.CrossEntropyLoss()
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_ft, step_size=7, gamma=0.1)
