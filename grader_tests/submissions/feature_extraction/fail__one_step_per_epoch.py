"""Updates the head after the inner loop, once for each epoch, with the last batch of eight leaves.

failed: check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
says check_train_head/loss_fell: is there a step for each batch of 32
"""
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        logits = model.classifier(train_features[batch])
        loss = F.cross_entropy(logits, train_labels[batch])
        losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
