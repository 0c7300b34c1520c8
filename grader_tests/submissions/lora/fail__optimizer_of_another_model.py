"""Makes the optimizer for a model that it loads again: what trains is not `model`.

failed: check_prepare_training/optimizer, check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_train_adapter/history, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% prepare_training
other = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
optimizer = torch.optim.AdamW(other.parameters(), lr=LEARNING_RATE)
model.train()
# %% train_adapter
from itertools import islice

history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in islice(train_loader, 3):
        optimizer.zero_grad()
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        history["loss"].append(loss.item())
