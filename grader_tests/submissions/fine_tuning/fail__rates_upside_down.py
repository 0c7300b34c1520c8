"""Gives the lowest stage the highest learning rate; trains for one step.

failed: check_make_optimizer/learning_rates, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% make_optimizer
optimizer = torch.optim.Adam(
    [
        {"params": model.classifier.parameters(), "lr": 8e-4},
        {"params": [*model.conv_head.parameters(), *model.bn2.parameters()], "lr": 1e-3},
        {"params": model.blocks[6].parameters(), "lr": 1e-3},
        {"params": model.blocks[5].parameters(), "lr": 2e-3},
    ]
)
# %% fine_tune
history = {"loss": [], "accuracy": []}

for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16)[: int(epoch == 0)]:
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
