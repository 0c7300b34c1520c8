"""Counts the predictions as labels and the labels as predictions, in the report only.

failed: check_report_on_model/metrics, check_report_on_model/report_is_right
says check_report_on_model/metrics: rows and columns are exchanged
"""
# %% report_on_model
with torch.no_grad():
    predictions = model.classifier(validation_features).argmax(dim=1)
counts = confusion_matrix(predictions, validation_labels, len(CLASSES))
report = {"confusion_matrix": counts, **scores(counts)}
