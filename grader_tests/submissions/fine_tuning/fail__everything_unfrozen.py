"""Unfreezes and never freezes, so that all of the model is trainable in both phases; then stops after one epoch of one step.

failed: check_only_head/stages_trainable, check_unfreeze/stages_trainable, check_fine_tune/history, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% set_trainable
def set_trainable(model, stages):
    model.eval()
    for name in stages:
        for parameter in model.get_submodule(name).parameters():
            parameter.requires_grad = True
        model.get_submodule(name).train()
# %% make_optimizer
optimizer = torch.optim.Adam(
    [
        {"params": model.classifier.parameters(), "lr": 2e-3},
        {"params": [*model.conv_head.parameters(), *model.bn2.parameters()], "lr": 1e-3},
        {"params": model.blocks[6].parameters(), "lr": 1e-3},
        {"params": model.blocks[5].parameters(), "lr": 8e-4},
        {"params": [*model.conv_stem.parameters(), *model.bn1.parameters(), *model.blocks[:5].parameters()], "lr": 1e-4},
    ]
)
# %% fine_tune
history = {"loss": [], "accuracy": []}

for epoch in range(1):
    losses = []
    for batch in torch.randperm(160, device=device).split(16)[:1]:
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
