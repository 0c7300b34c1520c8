"""Trains at one learning rate all along.

failed: check_train_adapter/schedule_ran
says check_train_adapter/schedule_ran: no schedule belongs to this optimizer
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = None
model.train()
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    losses = []
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
