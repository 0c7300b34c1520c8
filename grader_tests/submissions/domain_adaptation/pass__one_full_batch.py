"""Lets one batch of all target pictures, with a momentum of 1, replace the statistics; trains with AdamW on joint batches.
"""
# %% measure_accuracy
def accuracy(logits, labels):
    rows = torch.as_tensor(logits).argmax(-1).tolist()
    truth = torch.as_tensor(labels).tolist()
    return sum(a == b for a, b in zip(rows, truth)) / len(truth)
# %% adapt_statistics
for m in [m for m in model.modules() if type(m) is nn.BatchNorm2d]:
    m.momentum = 1.0
with torch.no_grad():
    model.train()(target_images)
model.eval()
# %% self_training
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=1e-3)
kept = pseudo != -1
pictures, guesses = target_images[kept], pseudo[kept]
history = dict(target=[], source=[])
model.eval()
for _ in range(5):
    sums = torch.zeros(2)
    batches = torch.randperm(len(pictures), device=device).split(32)
    for batch in batches:
        old = torch.randint(0, 1000, (32,), device=device)
        logits = model(torch.cat([pictures[batch], source_images[old]]))
        new_loss = F.cross_entropy(logits[: len(batch)], guesses[batch])
        old_loss = F.cross_entropy(logits[len(batch) :], source_labels[old])
        loss = new_loss + old_loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        sums += torch.tensor([new_loss.item(), old_loss.item()])
    for key, total in zip(history, sums):
        history[key].append(float(total) / len(batches))
