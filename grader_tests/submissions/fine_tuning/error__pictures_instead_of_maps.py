"""Gives `logits_of` pictures where it takes maps: the training cell stops with an error.

failed: check_fine_tune/history, check_fine_tune/stages_moved, check_fine_tune/gains,
    check_fine_tune/accuracy_is_the_models, check_fine_tune/loss_takes_logits
skipped: check_fine_tune/validation_is_held_out
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train.images[batch.cpu()].to(device)), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
