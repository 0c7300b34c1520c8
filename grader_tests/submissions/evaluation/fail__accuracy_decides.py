"""Calls the classifier with the higher accuracy the useful one.

failed: check_report_on_reviews/macro_f1_decides
"""
# %% report_on_reviews
always_report = scores(confusion_matrix(review_labels, always_positive, 2))
minilm_report = scores(confusion_matrix(review_labels, minilm_predicted, 2))
useful = "minilm" if minilm_report["accuracy"] > always_report["accuracy"] else "always_positive"
