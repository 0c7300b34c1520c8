"""Freezes two more stages than the text names, with `requires_grad_`, and trains with a schedule."""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "freezing"
for stage in (careful.conv1, careful.bn1, careful.layer1, careful.layer2):
    stage.requires_grad_(False)
watch(careful, careful_history)
optimizer = torch.optim.Adam([p for p in careful.parameters() if p.requires_grad], lr=0.0015)
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
