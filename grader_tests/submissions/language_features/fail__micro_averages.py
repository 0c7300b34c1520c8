"""Precision, recall and F1 are those of the positive class alone, as scikit-learn gives them without `average`.

failed: check_report/metrics, check_report/metrics#2
"""
# %% write_report
from sklearn.metrics import accuracy_score, precision_recall_fscore_support


def metrics(predicted):
    labels = validation_labels.tolist()
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, average="binary")
    return {"accuracy": accuracy_score(labels, predicted), "precision": float(precision), "recall": float(recall), "f1": float(f1)}


with torch.no_grad():
    head_predicted = head(validation_features).argmax(dim=1).tolist()
report = {"feature extraction": metrics(head_predicted), "LoRA": metrics(lora_predicted)}
