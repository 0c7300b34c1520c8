"""The head was not replaced: it names the thousand classes of ImageNet, and is frozen with all else.

failed: check_adapt/head
skipped: check_fine_tune/recognises_diseases
"""

# %% adapt
effNet_pretrain_wt = efficientnet_b0(weights="DEFAULT")
effNet_pretrain_wt.requires_grad_(False)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(effNet_pretrain_wt.parameters(), lr=0.001)
