"""Trains the head alone, with the features computed once: what is not changed cannot learn to read turned digits.

failed: check_reduce_forgetting/learns_the_target, check_diagnose_sources/history, check_diagnose_sources/run_repeats, check_diagnose_sources/follows, check_diagnose_sources/diagnosed
skipped: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained).requires_grad_(False)
careful.fc.requires_grad_(True)
careful_history = {"source": [], "target": []}
remedy = "freezing"
head, careful.fc = careful.fc, torch.nn.Identity()
with torch.no_grad():
    features = careful(target.images)
careful.fc = head
optimizer = torch.optim.Adam(head.parameters(), lr=0.001)
watch(careful, careful_history)
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(head(features[batch]), target.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
diagnosis = {"upright": "?", "relabelled": "?"}
