"""Rounds the four shares to two places.

failed: check_report_on_model/metrics, check_report_on_model/report_is_right, check_report_on_reviews/metrics, check_report_on_reviews/metrics#2, check_report_on_reviews/reviews_are_right, check_scores/returns, check_scores/scores_a_class_never_predicted, check_scores/scores_an_imbalance, check_scores/scores_three_classes
"""
# %% write_scores
def scores(matrix):
    """Return accuracy and macro precision, recall and F1 of a confusion matrix, as shares."""
    matrix = torch.as_tensor(matrix).double()
    right = matrix.diag()
    precision = right / matrix.sum(dim=0).clamp(min=1)
    recall = right / matrix.sum(dim=1).clamp(min=1)
    f1 = 2 * precision * recall / (precision + recall).clamp(min=1e-12)
    return {
        "accuracy": round((right.sum() / matrix.sum()).item(), 2),
        "precision": round(precision.mean().item(), 2),
        "recall": round(recall.mean().item(), 2),
        "f1": round(f1.mean().item(), 2),
    }
