"""Freezes the first stages, trains the rest with AdamW in eval mode, and fills its dicts in plain loops."""
# %% reduce_forgetting
careful = copy.deepcopy(pretrained)
careful_history = {"source": [], "target": []}
remedy = "freezing"

for name, parameter in careful.named_parameters():
    if name.split(".")[0] in ("conv1", "bn1", "layer1"):
        parameter.requires_grad = False
trainable = [p for p in careful.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=0.001)
watch(careful, careful_history)
epoch = 0
while epoch < EPOCHS:
    order = torch.randperm(len(target.labels))
    for first in range(0, 250, BATCH):
        rows = order[first : first + BATCH].to(device)
        optimizer.zero_grad()
        F.cross_entropy(careful(target.images[rows]), target.labels[rows]).backward()
        optimizer.step()
    watch(careful, careful_history)
    epoch += 1
# %% diagnose_sources
results = {"scratch": [], "upright": [], "relabelled": []}
for seed in SEEDS:
    for start in results:
        results[start].append(few_shot(start, seed))
diagnosis = {}
for start in ("upright", "relabelled"):
    diagnosis[start] = detect_negative_transfer(results["scratch"], results[start])
