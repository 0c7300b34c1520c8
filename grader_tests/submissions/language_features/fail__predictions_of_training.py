"""The report is on training sentences.

failed: check_report/metrics, check_report/predictions_are_the_heads
"""
# %% write_report
from sklearn.metrics import accuracy_score, precision_recall_fscore_support


def metrics(labels, predicted):
    labels = labels.tolist()
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, average="macro", zero_division=0)
    return {"accuracy": accuracy_score(labels, predicted), "precision": float(precision), "recall": float(recall), "f1": float(f1)}


with torch.no_grad():
    head_predicted = head(train_features).argmax(dim=1).tolist()
report = {"feature extraction": metrics(train_labels, head_predicted), "LoRA": metrics(validation_labels, lora_predicted)}
# %% write_card
sources = {"P1": "tiny-en", "P2": "base-multi", "P3": "large-en"}
card = {
    "base_model": "all-MiniLM-L6-v2",
    "license": "Apache-2.0",
    "trained_parameters": 770,
    "training_sentences": 160,
    "validation_accuracy": (head(validation_features).argmax(dim=1) == validation_labels).float().mean().item(),
    "limits": "Not for letters, other languages, long texts, or decisions about people.",
}
