"""Goes on training the head alone, on features that never change.

failed: check_make_optimizer/optimizer, check_make_optimizer/learning_rates, check_fine_tune/stages_moved, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% make_optimizer
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
# %% fine_tune
with torch.no_grad():
    fixed = features_of(model.eval(), train_maps)
history = {"loss": [], "accuracy": []}

for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(model.classifier(fixed[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
