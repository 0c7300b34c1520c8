"""Takes the mean of the classes' recalls for the accuracy; where classes are balanced that is the same.

failed: S
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
        "accuracy": recall.mean().item(),
        "precision": precision.mean().item(),
        "recall": recall.mean().item(),
        "f1": f1.mean().item(),
    }
