"""Divides the pictures by 255 and computes the features anew, although they were normalised already.

failed: check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
says check_train_head/loss_fell: did the head train on other features than those that the given cell
    computes
"""
# %% train_head
train_features = features_of(model, train.images / 255)
validation_features = features_of(model, validation.images / 255)
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        logits = model.classifier(train_features[batch])
        loss = F.cross_entropy(logits, train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
