"""Another right way: texts by the tokenizer's own names, and metrics without a package for them."""

# %% tokenize
def tokenize_function(example):
    return tokenizer(text=example["sentence1"], text_pair=example["sentence2"], truncation=True, max_length=64)
# %% metrics
def compute_metrics(eval_preds):
    predictions, labels = np.argmax(eval_preds[0], axis=-1), np.array(eval_preds[1])
    hits = ((predictions == 1) & (labels == 1)).sum()
    f1 = 2 * hits / max((predictions == 1).sum() + (labels == 1).sum(), 1)
    return {"accuracy": float((predictions == labels).mean()), "f1": float(f1)}
