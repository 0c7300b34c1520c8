"""Self-training by SGD with momentum, both losses on one joint batch."""
# %% self_training
history = {"target": [], "source": []}
optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
chosen = torch.nonzero(pseudo > -1).squeeze(1)
model.eval()
for epoch in range(5):
    sums = [0.0, 0.0]
    batches = chosen[torch.randperm(len(chosen), device=device)].split(32)
    for batch in batches:
        old = torch.randperm(1000, device=device)[:32]
        optimizer.zero_grad()
        target_loss = F.cross_entropy(model(target_images[batch]), pseudo[batch])
        source_loss = F.cross_entropy(model(source_images[old]), source_labels[old])
        target_loss.backward()
        source_loss.backward()
        optimizer.step()
        sums[0] += target_loss.item() / len(batches)
        sums[1] += source_loss.item() / len(batches)
    history["target"].append(sums[0])
    history["source"].append(sums[1])
