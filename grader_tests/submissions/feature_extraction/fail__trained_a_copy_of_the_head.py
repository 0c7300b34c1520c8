"""Trains a copy of the head, which is not the one in the model.

failed: check_make_optimizer/optimizer, check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
says check_make_optimizer/optimizer: 2 tensors in the optimizer are not of `model`
says check_train_head/loss_fell: does the optimizer hold what the loop trains, `model.classifier`?
"""
# %% make_optimizer
from copy import deepcopy

head = deepcopy(model.classifier)
optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
# %% train_head
history = {"loss": [], "accuracy": []}

for epoch in range(20):
    losses = []
    for batch in torch.randperm(200, device=device).split(32):
        logits = head(train_features[batch])
        loss = F.cross_entropy(logits, train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    with torch.no_grad():
        predicted = head(validation_features).argmax(dim=1)
    history["accuracy"].append((predicted == validation_labels).float().mean().item())


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
