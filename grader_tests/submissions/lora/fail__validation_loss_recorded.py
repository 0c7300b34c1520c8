"""Records the loss on validation sentences.

failed: check_train_adapter/history, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    pass
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        pass
    model.eval()
    with torch.no_grad():
        held = collate(list(zip(validation_texts, validation_labels)))
        history["loss"].append(model(**held).loss.item())
    model.train()
