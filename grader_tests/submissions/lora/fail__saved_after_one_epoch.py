"""Saves after the first epoch.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
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
    if epoch == 0:
        model.save_pretrained("adapter")
# %% save_adapter
# Saved above.
