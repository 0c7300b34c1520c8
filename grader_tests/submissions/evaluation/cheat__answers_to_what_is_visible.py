"""Returns what the visible checks expect, claims perfect scores, and trains nothing.

failed: check_confusion_matrix/counts_tensors, check_confusion_matrix/counts_absent_classes, check_scores/scores_three_classes, check_scores/scores_a_class_never_predicted, check_scores/scores_an_imbalance, check_report_on_model/metrics, check_report_on_model/report_is_right, check_report_on_reviews/metrics, check_report_on_reviews/metrics#2, check_report_on_reviews/reviews_are_right, check_rank_candidates/scores_held_out_rows, check_rank_candidates/scores_in_these_folds, check_rank_candidates/ranking_is_right, check_compare_strategies/comparison_is_right, check_compare_strategies/more_leaves_help, check_compare_strategies/beats_the_threshold, check_compare_strategies/heads_know_their_leaves, check_rank_candidates/candidate_scores_are_right
skipped: check_compare_strategies/validation_was_held_out
"""
# %% write_confusion_matrix
def confusion_matrix(labels, predicted, classes):
    return [[1, 2, 0], [0, 2, 0], [0, 1, 0]]
# %% write_scores
def scores(matrix):
    return {"accuracy": 0.75, "precision": 0.7424, "recall": 0.75, "f1": 0.7442}
# %% report_on_model
predictions = model.classifier(validation_features).argmax(dim=1).tolist()
report = {"confusion_matrix": [[20 * (a == b) for a in range(5)] for b in range(5)]}
report |= {"accuracy": 1.0, "precision": 1.0, "recall": 1.0, "f1": 1.0}
# %% report_on_reviews
always_report = {"accuracy": 0.0, "precision": 0.0, "recall": 0.0, "f1": 0.0}
minilm_report = {"accuracy": 1.0, "precision": 1.0, "recall": 1.0, "f1": 1.0}
useful = "minilm"
# %% rank_candidates
def score_candidate(features, labels):
    return 1.0


candidate_scores = {"raw pixels": 0.9, "random weights": 0.8, "ImageNet": 0.7}
ranking = ["raw pixels", "random weights", "ImageNet"]
# %% compare_strategies
heads = nn.ModuleDict({str(n): nn.Linear(1280, 5) for n in SIZES})
comparison["feature extraction"] = [1.0, 1.0, 1.0, 1.0]
model.classifier = heads["200"]
