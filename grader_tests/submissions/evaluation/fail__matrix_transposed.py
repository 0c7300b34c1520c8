"""Puts predictions into rows and true classes into columns.

failed: check_confusion_matrix/returns, check_confusion_matrix/counts_tensors, check_confusion_matrix/counts_absent_classes, check_report_on_model/metrics, check_report_on_model/report_is_right, check_report_on_reviews/metrics, check_report_on_reviews/metrics#2, check_report_on_reviews/reviews_are_right
"""
# %% write_confusion_matrix
def confusion_matrix(labels, predicted, classes):
    matrix = [[0] * classes for _ in range(classes)]
    for label, guess in zip(labels, predicted):
        matrix[int(guess)][int(label)] += 1
    return matrix
