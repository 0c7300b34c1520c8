"""Puts the stages into train mode, and the whole model into eval mode after it; trains for one step.

failed: check_unfreeze/stages_in_train_mode, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
says check_unfreeze/stages_in_train_mode: `model.eval()` first, then `.train()` for each stage that is to be
    trained
"""
# %% set_trainable
def set_trainable(model, stages):
    model.requires_grad_(False)
    for name in stages:
        model.get_submodule(name).requires_grad_(True)
        model.get_submodule(name).train()
    model.eval()
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
