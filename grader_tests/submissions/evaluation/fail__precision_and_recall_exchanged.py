"""Divides by rows for the precision and by columns for the recall.

failed: check_scores/returns, check_scores/scores_three_classes, check_scores/scores_a_class_never_predicted, check_scores/scores_an_imbalance, check_report_on_model/metrics, check_report_on_model/report_is_right, check_report_on_reviews/metrics, check_report_on_reviews/metrics#2, check_report_on_reviews/reviews_are_right
"""
# %% write_scores
def scores(matrix):
    matrix = torch.as_tensor(matrix).double()
    right = matrix.diag()
    precision = right / matrix.sum(dim=1).clamp(min=1)
    recall = right / matrix.sum(dim=0).clamp(min=1)
    f1 = 2 * precision * recall / (precision + recall).clamp(min=1e-12)
    return {
        "accuracy": (right.sum() / matrix.sum()).item(),
        "precision": precision.mean().item(),
        "recall": recall.mean().item(),
        "f1": f1.mean().item(),
    }
