"""Fills the two lists by hand, each with the accuracy of the other.

failed: check_reduce_forgetting/history_is_true
says check_reduce_forgetting/history_is_true: the two lists are exchanged
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"
careful_history["source"].append(accuracy(careful, target_validation))
careful_history["target"].append(accuracy(careful, source_validation))
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
    careful_history["source"].append(accuracy(careful, target_validation))
    careful_history["target"].append(accuracy(careful, source_validation))
