"""Merges the trained adapter into the base, which then is not the pretrained one any more, and saves a whole model.

failed: check_train_adapter/base_stayed_frozen, check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
model = model.merge_and_unload()
