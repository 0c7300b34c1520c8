"""Takes the largest logit of each class over the leaves, so that there are 5 predictions.

failed: check_report_on_model/metrics, check_report_on_model/report_is_right, check_report_on_model/predictions_are_the_models
"""
# %% report_on_model
predictions = model.classifier(validation_features).argmax(dim=0)
counts = confusion_matrix(validation_labels, [min(int(index), 4) for index in predictions], len(CLASSES))
report = {"confusion_matrix": counts, **scores(counts)}
