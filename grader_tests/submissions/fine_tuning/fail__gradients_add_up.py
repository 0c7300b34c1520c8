"""Never clears the gradients: they add up over all steps.

failed: check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    history["loss"].append(torch.stack(losses).mean().item())
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
