"""Stores the report on each classifier under the name of the other.

failed: check_report_on_reviews/metrics, check_report_on_reviews/metrics#2, check_report_on_reviews/reviews_are_right
"""
# %% report_on_reviews
minilm_report = scores(confusion_matrix(review_labels, always_positive, 2))
always_report = scores(confusion_matrix(review_labels, minilm_predicted, 2))
useful = "minilm"
