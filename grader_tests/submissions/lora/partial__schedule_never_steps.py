"""Makes the schedule and forgets to let it step.

failed: check_train_adapter/schedule_ran
says check_train_adapter/schedule_ran: once for each batch
"""
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
