"""Nothing was frozen: the whole network is trained.

failed: check_adapt/frozen, check_fine_tune/keeps_the_backbone
"""

# %% adapt
effNet_pretrain_wt = efficientnet_b0(weights="DEFAULT")
effNet_pretrain_wt.classifier[1] = nn.Linear(1280, num_classes)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(effNet_pretrain_wt.parameters(), lr=0.001)
