"""Appends the sum of the losses of all leaves instead of their mean.

failed: check_fine_tune/loss_takes_logits
says check_fine_tune/loss_takes_logits: is it a sum of losses in place of their mean?
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item() * len(batch))
    history["loss"].append(sum(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
