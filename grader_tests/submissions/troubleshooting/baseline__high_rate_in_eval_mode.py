"""Trains in eval mode with twice the learning rate of the text, without anything that holds the source.

failed: check_reduce_forgetting/keeps_the_source, check_reduce_forgetting/forgets_less, check_reduce_forgetting/learns_the_target
skipped: check_reduce_forgetting/remedy_was_used, check_reduce_forgetting/validation_was_held_out, check_reduce_forgetting/pretrained_is_kept
"""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "low learning rate"
watch(careful, careful_history)
optimizer = torch.optim.Adam(careful.parameters(), lr=0.003)
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(target.labels), device=device).split(BATCH):
        loss = F.cross_entropy(careful(target.images[batch]), target.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    watch(careful, careful_history)
