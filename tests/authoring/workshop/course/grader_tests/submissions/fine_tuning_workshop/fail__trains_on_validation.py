"""Trained on the few pictures that were to validate, a class after the other; the curve of validation says nothing.

failed: check_fine_tune/loader, check_fine_tune/recognises_diseases
"""

# %% fine_tune
trainer = Trainer(max_epochs=epochs, logger=False, enable_checkpointing=False, enable_progress_bar=False)
trainer.fit(model_Lightning(effNet_pretrain_wt, criterion, optimizer), dataloaders["val"], dataloaders["val"])
