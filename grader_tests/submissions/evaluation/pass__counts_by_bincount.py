"""Counts pairs with `bincount`, averages in plain Python, selects folds by strides, and trains heads with SGD."""
# %% write_confusion_matrix
def confusion_matrix(labels, predicted, classes):
    pairs = torch.as_tensor(labels).cpu() * classes + torch.as_tensor(predicted).cpu()
    return torch.bincount(pairs, minlength=classes**2).reshape(classes, classes)
# %% write_scores
def scores(matrix):
    rows = torch.as_tensor(matrix).tolist()
    n = len(rows)
    precision, recall, f1 = [], [], []
    for k in range(n):
        hit, of_class, as_class = rows[k][k], sum(rows[k]), sum(row[k] for row in rows)
        p = hit / as_class if as_class else 0
        r = hit / of_class if of_class else 0
        precision.append(p)
        recall.append(r)
        f1.append(2 * p * r / (p + r) if p + r else 0)
    total = sum(map(sum, rows))
    shares = {"precision": precision, "recall": recall, "f1": f1}
    return {"accuracy": sum(rows[k][k] for k in range(n)) / total} | {key: sum(v) / n for key, v in shares.items()}
# %% report_on_model
with torch.no_grad():
    predictions = model.classifier(validation_features).max(dim=1).indices.tolist()
table = confusion_matrix(validation_labels, predictions, 5)
report = scores(table)
report["confusion_matrix"] = table.tolist()
# %% rank_candidates
def score_candidate(features, labels):
    features, labels = torch.as_tensor(features), torch.as_tensor(labels)
    hits = torch.zeros(len(labels))
    for start in range(5):
        rest = [row for row in range(len(labels)) if row % 5 != start]
        predicted = fit_probe(features[rest], labels[rest])(features[start::5])
        hits[start::5] = (predicted == labels[start::5]).float()
    return hits.mean().item()


candidate_scores = {}
for name in candidates:
    candidate_scores[name] = score_candidate(candidates[name], candidate_labels)
ranking = [name for _, name in sorted(((score, name) for name, score in candidate_scores.items()), reverse=True)]
# %% compare_strategies
def train_head(features, labels):
    head = nn.Linear(1280, 5).to(device)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.05, momentum=0.9)
    for _ in range(60):
        for batch in torch.randperm(len(features), device=device).split(25):
            optimizer.zero_grad()
            F.cross_entropy(head(features[batch]), labels[batch]).backward()
            optimizer.step()
    return head


heads = nn.ModuleDict({str(n): train_head(train_features[:n], train_labels[:n]) for n in SIZES})
comparison["feature extraction"] = []
for n in SIZES:
    with torch.no_grad():
        guesses = heads[str(n)](validation_features).argmax(dim=-1)
    comparison["feature extraction"].append(float((guesses == validation_labels).sum()) / len(validation_labels))
model.classifier = heads[str(max(SIZES))]
