"""Makes the matrix as large as there are classes among the labels, in their order of appearance.

failed: check_confusion_matrix/counts_absent_classes
"""
# %% write_confusion_matrix
def confusion_matrix(labels, predicted, classes):
    labels, predicted = torch.as_tensor(labels).tolist(), torch.as_tensor(predicted).tolist()
    present = sorted(set(labels) | set(predicted))
    return [[sum(a == row and b == column for a, b in zip(labels, predicted)) for column in present] for row in present]
