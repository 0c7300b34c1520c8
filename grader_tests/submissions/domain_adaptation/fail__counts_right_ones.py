"""Returns how many are right, and not their share.

failed: check_accuracy/returns, check_accuracy/returns#2, check_accuracy/returns#3
"""
# %% measure_accuracy
def accuracy(logits, labels):
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    return int((logits.argmax(dim=1) == labels).sum())
