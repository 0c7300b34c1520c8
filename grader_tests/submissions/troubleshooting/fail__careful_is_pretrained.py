"""Gives the pretrained model another name, and trains it away; what is compared with it later is no longer it.

failed: check_reduce_forgetting/pretrained_is_kept
says check_reduce_forgetting/pretrained_is_kept: copy.deepcopy(pretrained)
"""
# %% reduce_forgetting
careful = pretrained
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
    watch(careful, careful_history)
