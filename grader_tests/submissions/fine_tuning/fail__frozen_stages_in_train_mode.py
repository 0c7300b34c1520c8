"""Trains on pictures instead of maps, with the whole model in train mode: the frozen stages' batch norm moves. One step.

failed: check_fine_tune/stages_moved, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}

for epoch in range(3):
    losses = []
    model.train()
    for batch in torch.randperm(160, device=device).split(16)[: int(epoch == 0)]:
        loss = F.cross_entropy(model(train.images[batch].to(device)), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
