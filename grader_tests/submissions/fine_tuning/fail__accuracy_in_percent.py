"""The accuracy of each epoch is written in percent.

failed: check_fine_tune/accuracy_is_the_models
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
        losses.append(loss.detach())
    history["loss"].append(torch.stack(losses).mean().item())
    history["accuracy"].append(100 * accuracy_of(model, validation_maps, validation_labels))
