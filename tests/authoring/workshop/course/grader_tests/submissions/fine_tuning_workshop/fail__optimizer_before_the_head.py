"""The optimizer was made before the head was replaced, so that it holds the old head and never trains the new one.

failed: check_adapt/optimizer, check_fine_tune/recognises_diseases
"""

# %% adapt
effNet_pretrain_wt = efficientnet_b0(weights="DEFAULT")
optimizer = optim.Adam(effNet_pretrain_wt.parameters(), lr=0.001)
effNet_pretrain_wt.requires_grad_(False)
effNet_pretrain_wt.classifier[1] = nn.Linear(1280, num_classes)
criterion = nn.CrossEntropyLoss()
