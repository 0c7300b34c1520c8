"""Fine-tunes all in train mode with the small learning rate: the statistics of batch norm become those of turned digits.

failed: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "low learning rate"
watch(careful, careful_history)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.001)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
