"""Logits are compared with the label of their own place.

failed: check_perplexity/returns, check_perplexity/scores_answers, check_perplexity/returns#2
skipped: check_switch/was_switched
says check_perplexity/scores_answers: nothing is shifted
"""
# %% perplexity
def perplexity(logits, labels):
    """Return the exponential of the mean cross-entropy of the tokens whose label is not -100."""
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    predicted, following = logits.flatten(0, 1), labels.flatten()
    return math.exp(torch.nn.functional.cross_entropy(predicted, following, ignore_index=-100).item())
