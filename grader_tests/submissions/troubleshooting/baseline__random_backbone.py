"""Starts from fresh weights: the turned digits can be learned a little, upright ones never were known.

failed: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed, check_reduce_forgetting/history_is_true, check_reduce_forgetting/remedy_was_used
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful.load_state_dict(architecture().state_dict())
careful_history = {"source": [], "target": []}
remedy = "mixture"
optimizer = torch.optim.Adam(careful.parameters(), lr=0.001)
watch(careful, careful_history)
for epoch in range(EPOCHS):
    careful.train()
    for batch in torch.randperm(len(target.labels), device=device).split(10):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
