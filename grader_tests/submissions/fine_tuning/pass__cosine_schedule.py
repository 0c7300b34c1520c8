"""Lets all learning rates fall along a cosine, and evaluates by hand."""
# %% make_optimizer
optimizer = torch.optim.Adam(
    [
        {"params": model.classifier.parameters(), "lr": 2e-3},
        {"params": [*model.conv_head.parameters(), *model.bn2.parameters()], "lr": 1e-3},
        {"params": model.blocks[6].parameters(), "lr": 1e-3},
        {"params": model.blocks[5].parameters(), "lr": 8e-4},
    ]
)
# %% fine_tune
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=60)
history = {"loss": [], "accuracy": []}
for epoch in range(3):
    order, losses = torch.randperm(len(train_maps)), torch.zeros(10)
    for step in range(10):
        chosen = order[16 * step : 16 * step + 16]
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(logits_of(model, train_maps[chosen]), train_labels[chosen])
        loss.backward()
        optimizer.step()
        schedule.step()
        losses[step] = loss.item()
    model.eval()
    with torch.no_grad():
        guesses = logits_of(model, validation_maps).argmax(1)
    set_trainable(model, [*TUNED, HEAD])
    history["loss"].append(losses.mean().item())
    history["accuracy"].append((guesses == validation_labels).double().mean().item())
