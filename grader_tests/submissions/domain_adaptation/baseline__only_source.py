"""Forgets the pseudo-labels in the loss and trains on source pictures alone: the target is lost again.

failed: check_self_training/target_is_kept
skipped: check_self_training/source_is_kept
"""
# %% self_training
history = {"target": [], "source": []}
optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
for epoch in range(5):
    for batch in torch.randperm(1000, device=device)[:512].split(32):
        loss = F.cross_entropy(model(source_images[batch]), source_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    history["target"].append(loss.item())
    history["source"].append(loss.item())
