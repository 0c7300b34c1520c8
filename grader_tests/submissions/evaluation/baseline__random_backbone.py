"""Hands over a network with random weights and a head that learned from its features.

failed: check_compare_strategies/comparison_is_right, check_compare_strategies/more_leaves_help, check_compare_strategies/beats_the_threshold, check_compare_strategies/heads_know_their_leaves
skipped: check_compare_strategies/validation_was_held_out
"""
# %% compare_strategies
def train_head(features, labels):
    head = nn.Linear(1280, 5).to(device)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
    for step in range(100):
        optimizer.zero_grad()
        F.cross_entropy(head(features), labels).backward()
        optimizer.step()
    return head


heads = nn.ModuleDict()
for n in SIZES:
    heads[str(n)] = train_head(candidates["random weights"].to(device), train_labels[:100])
    right = heads[str(n)](candidates["random weights"].to(device)).argmax(dim=1) == train_labels[:100]
    comparison["feature extraction"].append(right.float().mean().item())
model = without_training(model, some[:32])
model.classifier = heads["200"]
