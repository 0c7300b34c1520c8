"""The reference: unfreezes the upper stages, gives each its learning rate, and trains them on the cached maps."""
# %% set_trainable
def set_trainable(model, stages):
    """Make exactly these stages trainable and put them into train mode; freeze the rest, in eval mode."""
    model.requires_grad_(False).eval()
    for name in stages:
        model.get_submodule(name).requires_grad_(True).train()
# %% make_optimizer
rates = {"classifier": 2e-3, "conv_head": 1e-3, "bn2": 1e-3, "blocks.6": 1e-3, "blocks.5": 8e-4}
groups = [{"params": model.get_submodule(name).parameters(), "lr": rate} for name, rate in rates.items()]
optimizer = torch.optim.Adam(groups)
# %% fine_tune
history = {"loss": [], "accuracy": []}

for epoch in range(3):
    losses = []
    for batch in torch.randperm(160, device=device).split(16):
        loss = F.cross_entropy(logits_of(model, train_maps[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    history["loss"].append(torch.stack(losses).mean().item())
    history["accuracy"].append(accuracy_of(model, validation_maps, validation_labels))
# %% [markdown] explain_fine_tuning
Lower stages compute edges, colours and textures, which any picture has; upper ones are specific to ImageNet's classes and have
to change for leaves. A head that is new sends large, random gradients downwards, which would destroy what the stages know, so it
is trained first; after that the stages, which are good already, need small corrections only, and a large learning rate would make
them forget. With 40 pictures I would unfreeze fewer stages, as more parameters overfit: a validation accuracy that falls, or that
is far below the training accuracy, shows that it was too many.
