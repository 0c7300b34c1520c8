"""Freezes the early stages with `requires_grad_`, and gives the head a learning rate of its own."""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "freezing"
for stage in (careful.conv1, careful.bn1, careful.layer1):
    stage.requires_grad_(False)
watch(careful, careful_history)
head = list(careful.fc.parameters())
later = [p for name, p in careful.named_parameters() if p.requires_grad and not name.startswith("fc.")]
optimizer = torch.optim.AdamW([{"params": later, "lr": 0.001}, {"params": head, "lr": 0.003}])
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
