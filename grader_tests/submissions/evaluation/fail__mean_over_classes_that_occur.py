"""Takes means over the classes that have examples.

failed: check_scores/scores_a_class_never_predicted
"""
# %% write_scores
def scores(matrix):
    """Return accuracy and macro precision, recall and F1 of a confusion matrix, as shares."""
    matrix = torch.as_tensor(matrix).double()
    right = matrix.diag()
    precision = right / matrix.sum(dim=0).clamp(min=1)
    recall = right / matrix.sum(dim=1).clamp(min=1)
    f1 = 2 * precision * recall / (precision + recall).clamp(min=1e-12)
    occurs = matrix.sum(dim=1) > 0
    return {
        "accuracy": (right.sum() / matrix.sum()).item(),
        "precision": precision[occurs].mean().item(),
        "recall": recall[occurs].mean().item(),
        "f1": f1[occurs].mean().item(),
    }
