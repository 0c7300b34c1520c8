"""Shuffles the sentences and not their labels: the loss on the true labels does not fall.

failed: check_train_adapter/loss_fell, check_train_adapter/beats_the_threshold, check_train_adapter/rate_was_lowered
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
model.train()
# %% train_adapter
mixed = [train_texts[index] for index in torch.randperm(len(train_texts))]
loader = DataLoader(list(zip(mixed, train_labels)), batch_size=6, shuffle=True, collate_fn=collate)
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
