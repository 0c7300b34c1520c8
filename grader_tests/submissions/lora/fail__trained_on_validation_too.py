"""Trains on validation sentences, too.

failed: check_train_adapter/history, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
examples = list(zip(train_texts, train_labels)) + list(zip(validation_texts, validation_labels))
loader = DataLoader(examples, batch_size=6, shuffle=True, collate_fn=collate)
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
