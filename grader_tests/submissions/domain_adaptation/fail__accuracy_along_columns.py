"""Takes the largest logit of each column in place of each row.

failed: check_accuracy/returns#2, check_accuracy/returns#3
"""
# %% measure_accuracy
def accuracy(logits, labels):
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    hits = (logits.argmax(dim=0)[: len(labels)] == labels[: logits.shape[1]]).float()
    return hits.mean().item()
