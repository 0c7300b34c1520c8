"""The network to be fine-tuned begins with random weights.

failed: check_fine_tuning/is_pretrained
"""

# %% fine_tuning
model_ft = models.resnet18()
model_ft.fc = nn.Linear(model_ft.fc.in_features, 2)
criterion = nn.CrossEntropyLoss()
optimizer_ft = optim.SGD(model_ft.parameters(), lr=0.001, momentum=0.9)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_ft, step_size=7, gamma=0.1)
