"""Does not wrap the backbone and trains all of it: accurate, but not what was asked for.

failed: check_wrap_model/adapters, check_wrap_model/trainable_parameters, check_train_adapter/base_stayed_frozen, check_save_adapter/adapter_reloads
skipped: check_wrap_model/base_is_untouched
"""
# %% wrap_model
model = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
# %% train_adapter
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
history = {"loss": []}
model.train()
for epoch in range(EPOCHS):
    losses = []
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
