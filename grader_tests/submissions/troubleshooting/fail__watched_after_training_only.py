"""Watches once before training and four times after all of it, at the same weights.

failed: check_reduce_forgetting/history_is_true
says check_reduce_forgetting/history_is_true: all numbers after the first are the same
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"
watch(careful, careful_history)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.002)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        kept = torch.randperm(len(memory.labels), device=device)[:12]
        images = torch.cat([target.images[batch], memory.images[kept]])
        labels = torch.cat([target.labels[batch], memory.labels[kept]])
        loss = F.cross_entropy(careful(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
for _ in range(EPOCHS):
    watch(careful, careful_history)
