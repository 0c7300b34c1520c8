"""Reports on training leaves, the 25 among them that the head was trained on.

failed: check_report_on_model/metrics, check_report_on_model/report_is_right, check_report_on_model/predictions_are_the_models
"""
# %% report_on_model
predictions = model.classifier(train_features[:100]).argmax(dim=1)
counts = confusion_matrix(train_labels[:100], predictions, len(CLASSES))
report = {"confusion_matrix": counts, **scores(counts)}
