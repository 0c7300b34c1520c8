"""Divides by zero where a class is never predicted, and reports nan.

failed: check_scores/scores_a_class_never_predicted, check_scores/scores_an_imbalance, check_report_on_reviews/metrics, check_report_on_reviews/reviews_are_right, check_report_on_reviews/macro_f1_decides
"""
# %% write_scores
def scores(matrix):
    matrix = torch.as_tensor(matrix).double()
    right = matrix.diag()
    precision = right / matrix.sum(dim=0)
    recall = right / matrix.sum(dim=1)
    f1 = 2 * precision * recall / (precision + recall)
    return {
        "accuracy": (right.sum() / matrix.sum()).item(),
        "precision": precision.mean().item(),
        "recall": recall.mean().item(),
        "f1": f1.mean().item(),
    }
