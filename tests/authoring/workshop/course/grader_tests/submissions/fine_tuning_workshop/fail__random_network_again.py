"""The network with random weights was put where the pretrained one belongs.

failed: check_fine_tune/keeps_the_backbone, check_fine_tune/recognises_diseases
"""

# %% fine_tune
trainer = Trainer(max_epochs=1, logger=False, enable_checkpointing=False, enable_progress_bar=False)
optimizer = optim.Adam(effNet_random_wt.parameters(), lr=0.001)
trainer.fit(model_Lightning(effNet_random_wt, criterion, optimizer), dataloaders["train"], dataloaders["val"])
