"""Trains on the validation sentences.

failed: check_train_adapter/beats_the_threshold, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% train_adapter
examples = list(zip(validation_texts, validation_labels))
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
