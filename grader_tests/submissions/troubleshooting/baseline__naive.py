"""Fine-tunes everything with the high learning rate once more: good on the target, and the source is half forgotten.

failed: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "low learning rate"
optimizer = torch.optim.Adam(careful.parameters(), lr=0.003)
watch(careful, careful_history)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
