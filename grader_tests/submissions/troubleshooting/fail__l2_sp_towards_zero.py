"""Pulls the parameters towards zero, as weight decay does, and not towards their pretrained values.

failed: check_reduce_forgetting/remedy_was_used
says check_reduce_forgetting/remedy_was_used: not to 0
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "L2-SP"
watch(careful, careful_history)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.001)
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        loss = loss + 0.05 * sum(p.square().sum() for p in careful.parameters())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
