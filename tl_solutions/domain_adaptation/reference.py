"""The reference: AdaBN, pseudo-labels above the threshold, and self-training with Adam beside labelled source digits."""
# %% measure_accuracy
def accuracy(logits, labels):
    """Return the share of rows of `logits`, (N, classes), whose largest logit is at the label."""
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    return (logits.argmax(dim=1) == labels).float().mean().item()
# %% adapt_statistics
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.reset_running_stats()
        module.momentum = None
model.train()
with torch.no_grad():
    for batch in torch.randperm(len(target_images), device=device).split(64):
        model(target_images[batch])
model.eval()
# %% label_target
def pseudo_labels(logits, threshold):
    """Return the predicted class of each row of `logits`, or -1 where the model is less than `threshold` sure."""
    logits = torch.as_tensor(logits)
    confidence, predicted = logits.softmax(dim=1).max(dim=1)
    return torch.where(confidence >= threshold, predicted, -1)


pseudo = pseudo_labels(logits_of(model, target_images), THRESHOLD)
# %% self_training
history = {"target": [], "source": []}
optimizer = torch.optim.Adam(model.parameters(), lr=3e-4)
chosen = (pseudo >= 0).nonzero().flatten()
model.eval()
for epoch in range(5):
    losses = []
    for order in torch.randperm(len(chosen), device=device).split(32):
        batch, rehearsed = chosen[order], torch.randint(0, 1000, (32,), device=device)
        target_loss = F.cross_entropy(model(target_images[batch]), pseudo[batch])
        source_loss = F.cross_entropy(model(source_images[rehearsed]), source_labels[rehearsed])
        optimizer.zero_grad()
        (target_loss + source_loss).backward()
        optimizer.step()
        losses.append((target_loss.item(), source_loss.item()))
    for name, values in zip(("target", "source"), zip(*losses)):
        history[name].append(sum(values) / len(values))
    print(f"epoch {epoch + 1}: loss {history['target'][-1]:.3f} on the target, {history['source'][-1]:.3f} on the source")
# %% [markdown] explain_adaptation
Covariate shift: the pictures are distributed otherwise (other hands, soft strokes), but a 7 still means 7. In each layer the
target's activations have other means and variances than those stored from MNIST, so that batch norm hands the next layer inputs
that it never saw in training. Estimated on target pictures, the statistics put them back into place; means and variances need
pictures only, no labels.

It does harm where the unlabelled pictures are few or not like those that will come, for example all of one class: then the
statistics describe something else, and for the source they are wrong in any case. Pseudo-labels do harm where the model is
confident and wrong: it learns its mistakes, and becomes surer of them.

Fine-tuning needs labelled target pictures and moves parameters by them; feature extraction needs labels, too, keeps the whole
backbone and trains a new head. Here the head stays, the labels are those of the source, statistics change first and parameters
follow the model's own guesses.
