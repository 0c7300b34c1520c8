"""Writes the metrics without tensors, class by class, and the folds as slices with a step of five."""
# %% write_confusion_matrix
def confusion_matrix(labels, predicted, classes):
    pairs = [(int(a), int(b)) for a, b in zip(labels, predicted)]
    return [[pairs.count((row, column)) for column in range(classes)] for row in range(classes)]
# %% write_scores
def scores(matrix):
    matrix = torch.as_tensor(matrix).tolist()
    classes = range(len(matrix))
    precisions, recalls, f1s = [], [], []
    for c in classes:
        predicted = sum(matrix[row][c] for row in classes)
        actual = sum(matrix[c])
        p = matrix[c][c] / predicted if predicted else 0
        r = matrix[c][c] / actual if actual else 0
        precisions.append(p)
        recalls.append(r)
        f1s.append(2 * p * r / (p + r) if p + r else 0)
    mean = lambda values: sum(values) / len(values)
    accuracy = sum(matrix[c][c] for c in classes) / sum(map(sum, matrix))
    return {"accuracy": accuracy, "precision": mean(precisions), "recall": mean(recalls), "f1": mean(f1s)}
# %% rank_candidates
def score_candidate(features, labels):
    features, labels = torch.as_tensor(features), torch.as_tensor(labels)
    rows = list(range(len(labels)))
    right = []
    for start in range(5):
        held_out = rows[start::5]
        rest = [row for row in rows if row % 5 != start]
        predicted = fit_probe(features[rest], labels[rest])(features[held_out])
        right += (predicted == labels[held_out]).tolist()
    return sum(right) / len(right)


candidate_scores = {}
for name in candidates:
    candidate_scores[name] = score_candidate(candidates[name], candidate_labels)
pairs = sorted(((score, name) for name, score in candidate_scores.items()), reverse=True)
ranking = [name for score, name in pairs]
