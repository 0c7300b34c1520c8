"""Trains and compares the heads and leaves the colleague's in the model.

failed: check_compare_strategies/beats_the_threshold
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
    heads[str(n)] = train_head(train_features[:n], train_labels[:n])
    right = heads[str(n)](validation_features).argmax(dim=1) == validation_labels
    comparison["feature extraction"].append(right.float().mean().item())
