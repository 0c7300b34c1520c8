"""Fits the probe to one fold and scores it on the other four.

failed: check_rank_candidates/candidate_scores_are_right, check_rank_candidates/scores_held_out_rows, check_rank_candidates/scores_in_these_folds
"""
# %% rank_candidates
def score_candidate(features, labels):
    """Return the accuracy of a linear probe on these features in 5-fold cross-validation."""
    features, labels = torch.as_tensor(features), torch.as_tensor(labels)
    fold = torch.arange(len(labels)) % 5
    right = 0
    for one in range(5):
        predict = fit_probe(features[fold == one], labels[fold == one])
        right += (predict(features[fold != one]) == labels[fold != one]).sum().item()
    return right / (4 * len(labels))


candidate_scores = {name: score_candidate(features, candidate_labels) for name, features in candidates.items()}
ranking = sorted(candidate_scores, key=candidate_scores.get, reverse=True)
