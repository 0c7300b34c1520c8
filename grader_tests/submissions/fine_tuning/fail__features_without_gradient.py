"""Computes the features under `no_grad`, as in the first phase: only the head learns.

failed: check_fine_tune/stages_moved, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
says check_fine_tune/stages_moved: is a stage's gradient computed
"""
# %% fine_tune
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        with torch.no_grad():
            features = features_of(model, train_maps[batch])
        loss = F.cross_entropy(model.classifier(features), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
