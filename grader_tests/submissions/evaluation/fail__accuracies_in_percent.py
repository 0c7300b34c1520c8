"""Gives the validation accuracies of the heads in percent.

failed: check_compare_strategies/comparison_is_right
says check_compare_strategies/comparison_is_right: percent
"""
# %% compare_strategies
def train_head(features, labels):
    """Return a new linear head, trained on these features and labels."""
    head = nn.Linear(1280, 5).to(device)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
    for epoch in range(40):
        for batch in torch.randperm(len(features), device=device).split(32):
            loss = F.cross_entropy(head(features[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return head


heads = nn.ModuleDict()
for n in SIZES:
    head = train_head(train_features[:n], train_labels[:n])
    heads[str(n)] = head
    right = head(validation_features).argmax(dim=1) == validation_labels
    comparison["feature extraction"].append(100 * right.float().mean().item())
model.classifier = heads["200"]
