"""The exponential is forgotten.

failed: check_perplexity/returns, check_perplexity/scores_answers, check_perplexity/returns#2
skipped: check_switch/was_switched
says check_perplexity/scores_answers: take its exponential
"""
# %% perplexity
def perplexity(logits, labels):
    """Return the exponential of the mean cross-entropy of the tokens whose label is not -100."""
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    predicted, following = logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()
    return torch.nn.functional.cross_entropy(predicted, following, ignore_index=-100).item()
