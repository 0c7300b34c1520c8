"""Compares the place of the smallest logit.

failed: check_accuracy/returns#2, check_accuracy/returns#3
"""
# %% measure_accuracy
def accuracy(logits, labels):
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    return (logits.argmin(dim=1) == labels).float().mean().item()
