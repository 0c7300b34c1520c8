"""Weighs each class by how many examples it has.

failed: check_report_on_reviews/metrics, check_report_on_reviews/metrics#2, check_report_on_reviews/reviews_are_right, check_scores/returns, check_scores/scores_a_class_never_predicted, check_scores/scores_an_imbalance, check_scores/scores_three_classes
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
        "accuracy": ((right.sum() / matrix.sum())).item(),
        "precision": ((precision * matrix.sum(dim=1)).sum() / matrix.sum()).item(),
        "recall": ((recall * matrix.sum(dim=1)).sum() / matrix.sum()).item(),
        "f1": ((f1 * matrix.sum(dim=1)).sum() / matrix.sum()).item(),
    }
