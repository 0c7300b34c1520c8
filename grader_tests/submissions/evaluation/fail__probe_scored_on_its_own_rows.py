"""Scores the probe on the rows that it was fitted to: leakage, and random weights come first.

failed: check_rank_candidates/scores_held_out_rows, check_rank_candidates/scores_in_these_folds, check_rank_candidates/ranking_is_right, check_rank_candidates/candidate_scores_are_right
"""
# %% rank_candidates
def score_candidate(features, labels):
    features, labels = torch.as_tensor(features), torch.as_tensor(labels)
    return (fit_probe(features, labels)(features) == labels).double().mean().item()


candidate_scores = {name: score_candidate(features, candidate_labels) for name, features in candidates.items()}
ranking = sorted(candidate_scores, key=candidate_scores.get, reverse=True)
