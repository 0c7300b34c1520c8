"""Did the metrics and both reports, and stopped before the candidates.

failed: check_rank_candidates/returns, check_rank_candidates/ranking, check_rank_candidates/scores_held_out_rows, check_rank_candidates/scores_in_these_folds, check_rank_candidates/ranking_is_right, check_compare_strategies/history, check_compare_strategies/comparison_is_right, check_compare_strategies/more_leaves_help, check_compare_strategies/validation_was_held_out, check_compare_strategies/beats_the_threshold, check_compare_strategies/heads_know_their_leaves, check_rank_candidates/candidate_scores_are_right
"""
# %% rank_candidates
def score_candidate(features, labels):
    ...


candidate_scores = ...
ranking = ...
# %% compare_strategies
def train_head(features, labels):
    ...


heads = nn.ModuleDict()
