"""Puts a tensor into the report, where a list of lists was asked for.

failed: check_report_on_model/metrics, check_report_on_model/report_is_right
"""
# %% report_on_model
predictions = model.classifier(validation_features).argmax(dim=1)
counts = torch.tensor(confusion_matrix(validation_labels, predictions, len(CLASSES)))
report = {"confusion_matrix": counts, **scores(counts)}
