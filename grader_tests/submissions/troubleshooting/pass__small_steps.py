"""Trains everything with a small learning rate in eval mode, and computes the verdict with tensors."""
# %% measure_forgetting
def forgetting(before, after):
    return before - after


measured = {}
for task, curve in naive_history.items():
    measured[task + "_before"], measured[task + "_after"] = curve[0], curve[-1]
measured["forgetting"] = forgetting(*naive_history["source"][:: len(naive_history["source"]) - 1])
# %% reduce_forgetting
def train_carefully(model, history, rate):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    watch(model, history)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
            loss = F.cross_entropy(model(target.images[batch]), target.labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        watch(model, history)
    return model


careful_history = {"source": [], "target": []}
careful = train_carefully(copy.deepcopy(pretrained), careful_history, rate=1e-3)
remedy = "low learning rate"
# %% detect_transfer
def detect_negative_transfer(scratch, transferred):
    one, other = torch.tensor(scratch).double(), torch.tensor(transferred).double()
    if len(one) < 2 or len(other) < 2:
        return "unclear"
    d = other.mean() - one.mean()
    s = torch.sqrt(one.var() / len(one) + other.var() / len(other))
    return "hurts" if d < -2 * s else "helps" if d > 2 * s else "unclear"
# %% name_causes
causes = dict(zip("ABCD", ["Learning rate too high", "everything frozen ", "Labels shuffled", "batch norm in train mode"]))
