"""Gives the loss the index of the largest logit in place of the logits: the training cell stops.

failed: check_train_head/history, check_train_head/returns, check_train_head/returns#2, check_train_head/loss_fell,
    check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
says check_train_head/returns: cell `train_head`: RuntimeError
"""
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        logits = model.classifier(train_features[batch]).argmax(dim=1).float()
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
