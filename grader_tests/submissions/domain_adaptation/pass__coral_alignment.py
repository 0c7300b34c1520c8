"""Adds to both losses one that brings the features' covariances of the two domains together (deep CORAL).
"""
# %% self_training
def covariance(features):
    return torch.cov(features.T, correction=0)  # the last batch may hold a single picture


def features_of(images):
    part = model.maxpool(model.relu(model.bn1(model.conv1(images))))
    return torch.flatten(model.avgpool(model.layer2(model.layer1(part))), 1)


optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
history = {"target": [], "source": []}
sure = torch.where(pseudo >= 0)[0]
for epoch in range(5):
    seen = {"target": [], "source": []}
    for batch in sure[torch.randperm(len(sure), device=device)].split(32):
        old = torch.randint(0, 1000, (32,), device=device)
        new_features, old_features = features_of(target_images[batch]), features_of(source_images[old])
        target_loss = F.cross_entropy(model.fc(new_features), pseudo[batch])
        source_loss = F.cross_entropy(model.fc(old_features), source_labels[old])
        alignment = (covariance(new_features) - covariance(old_features)).square().mean()
        optimizer.zero_grad()
        (target_loss + source_loss + 0.1 * alignment).backward()
        optimizer.step()
        seen["target"].append(target_loss.item())
        seen["source"].append(source_loss.item())
    for domain in seen:
        history[domain].append(sum(seen[domain]) / len(seen[domain]))
