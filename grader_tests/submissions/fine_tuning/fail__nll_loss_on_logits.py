"""Takes `F.nll_loss`, which expects logarithms of probabilities, and gives it logits.

failed: check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.nll_loss(logits_of(model, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
