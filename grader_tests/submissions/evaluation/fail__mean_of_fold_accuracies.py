"""Averages the folds' accuracies, although some folds have fewer rows.

failed: check_rank_candidates/scores_in_these_folds
"""
# %% rank_candidates
def score_candidate(features, labels):
    """Return the accuracy of a linear probe on these features in 5-fold cross-validation."""
    features, labels = torch.as_tensor(features), torch.as_tensor(labels)
    fold = torch.arange(len(labels)) % 5
    reached = []
    for held_out in range(5):
        predict = fit_probe(features[fold != held_out], labels[fold != held_out])
        reached.append((predict(features[fold == held_out]) == labels[fold == held_out]).double().mean().item())
    return sum(reached) / 5


candidate_scores = {name: score_candidate(features, candidate_labels) for name, features in candidates.items()}
ranking = sorted(candidate_scores, key=candidate_scores.get, reverse=True)
