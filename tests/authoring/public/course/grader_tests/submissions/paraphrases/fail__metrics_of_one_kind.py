"""Only the accuracy is returned, and not the F1 that MRPC is measured by.

failed: check_metrics/returns
"""

# %% metrics
def compute_metrics(eval_preds):
    logits, labels = eval_preds
    return {"accuracy": float((np.argmax(logits, axis=-1) == np.array(labels)).mean())}
