"""Clears the gradients between `backward()` and `step()`, so that each step has nothing to go by.

failed: check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
says check_train_head/loss_fell: `loss.backward()` and `optimizer.step()`, in this order
says check_train_head/loss_fell: nothing changed
"""
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        logits = model.classifier(train_features[batch])
        loss = F.cross_entropy(logits, train_labels[batch])
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = model.classifier(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
