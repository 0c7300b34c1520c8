"""Returns percentages, and forgets the source: trains on the target for three short epochs.

failed: check_accuracy/returns, check_accuracy/returns#2, check_accuracy/returns#3, check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed
"""
# %% measure_accuracy
def accuracy(logits, labels):
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    return 100 * (logits.argmax(dim=1) == labels).float().mean().item()
# %% self_training
optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
history = {"target": [], "source": []}
batch = (pseudo >= 0).nonzero().flatten()[:32]
for epoch in range(5):
    loss = F.cross_entropy(model(target_images[batch]), pseudo[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history["target"].append(loss.item())
    history["source"].append(0.0)
