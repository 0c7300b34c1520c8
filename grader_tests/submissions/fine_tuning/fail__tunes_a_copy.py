"""Tunes a copy, to keep the model as it was, and hands in the model.

failed: check_fine_tune/stages_moved, check_fine_tune/gains, check_fine_tune/accuracy_is_the_models
skipped: check_fine_tune/validation_is_held_out
"""
# %% fine_tune
import copy

tuned = copy.deepcopy(model)

rates = {"classifier": 2e-3, "conv_head": 1e-3, "bn2": 1e-3, "blocks.6": 1e-3, "blocks.5": 8e-4}
groups = [{"params": tuned.get_submodule(name).parameters(), "lr": rate} for name, rate in rates.items()]
optimizer = torch.optim.Adam(groups)

history = {"loss": [], "accuracy": []}
for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(tuned, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(tuned, validation_maps, validation_labels))
