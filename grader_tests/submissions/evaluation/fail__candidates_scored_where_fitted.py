"""Wrote cross-validation, but scores the candidates by a probe on the leaves that it was fitted to; ranks by eye.

failed: check_rank_candidates/candidate_scores_are_right, check_rank_candidates/ranking
says check_rank_candidates/candidate_scores_are_right: fitted
"""
# %% rank_candidates
def score_candidate(features, labels):
    """Return the accuracy of a linear probe on these features in 5-fold cross-validation."""
    features, labels = torch.as_tensor(features), torch.as_tensor(labels)
    fold = torch.arange(len(labels)) % 5
    right = 0
    for held_out in range(5):
        predict = fit_probe(features[fold != held_out], labels[fold != held_out])
        right += (predict(features[fold == held_out]) == labels[fold == held_out]).sum().item()
    return right / len(labels)


candidate_scores = {name: score_candidate(features, candidate_labels) for name, features in candidates.items()}
ranking = sorted(candidate_scores, key=candidate_scores.get, reverse=True)
candidate_scores = {}
for name, features in candidates.items():
    probe = fit_probe(features, candidate_labels)
    candidate_scores[name] = (probe(features) == candidate_labels).float().mean().item()
ranking = ["ImageNet", "raw pixels", "random weights"]
