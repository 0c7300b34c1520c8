"""Computes gradients and forgets `optimizer.step()`; tried on a few batches an epoch.

failed: check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_train_adapter/history, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
model.train()
# %% train_adapter
from itertools import islice

history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in islice(train_loader, 3):
        optimizer.zero_grad()
        loss = model(**batch).loss
        loss.backward()
        history["loss"].append(loss.item())
