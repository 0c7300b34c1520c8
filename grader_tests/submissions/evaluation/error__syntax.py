"""A parenthesis is missing in `scores`, on which both reports rest.

failed: check_scores/returns, check_scores/scores_three_classes, check_scores/scores_a_class_never_predicted, check_scores/scores_an_imbalance, check_report_on_model/metrics, check_report_on_model/report_is_right, check_report_on_reviews/metrics, check_report_on_reviews/metrics#2, check_report_on_reviews/answers, check_report_on_reviews/reviews_are_right, check_report_on_reviews/macro_f1_decides
"""
# %% write_scores
def scores(matrix):
    matrix = torch.as_tensor(matrix).double(
    return {"accuracy": (matrix.diag().sum() / matrix.sum()).item()}
