"""Subtracts the penalty, so that the parameters are pushed away from where they began.

failed: check_reduce_forgetting/remedy_was_used
says check_reduce_forgetting/remedy_was_used: is the penalty added
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "L2-SP"
start = [p.detach().clone() for p in careful.parameters()]
watch(careful, careful_history)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.001)
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        penalty = sum((p - q).square().sum() for p, q in zip(careful.parameters(), start))
        loss = loss - 0.05 * penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
