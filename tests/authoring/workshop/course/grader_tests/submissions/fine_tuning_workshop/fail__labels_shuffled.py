"""Pictures and labels were shuffled apart, so that there is nothing to learn.

failed: check_fine_tune/recognises_diseases
"""

# %% fine_tune
paths, labels = zip(*image_datasets["train"].samples)
order = torch.randperm(len(labels)).tolist()
image_datasets["train"].samples = [(path, labels[index]) for path, index in zip(paths, order)]
trainer = Trainer(max_epochs=epochs, logger=False, enable_checkpointing=False, enable_progress_bar=False)
trainer.fit(model_Lightning(effNet_pretrain_wt, criterion, optimizer), dataloaders["train"], dataloaders["val"])
