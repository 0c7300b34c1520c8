"""Unfreezes everything after wrapping, to let it learn more, and trains on a few batches to try it.

failed: check_wrap_model/trainable_parameters, check_train_adapter/loss_fell, check_train_adapter/base_stayed_frozen, check_train_adapter/beats_the_threshold, check_save_adapter/answers_alike, check_train_adapter/history
skipped: check_train_adapter/losses_are_the_models
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
model = get_peft_model(backbone, config)
for parameter in model.parameters():
    parameter.requires_grad = True
# %% prepare_training
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
model.train()
# %% train_adapter
from itertools import islice

history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in islice(train_loader, 2):
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
