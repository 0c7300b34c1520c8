"""The sum is divided by all places, those that do not count among them.

failed: check_perplexity/returns#2, check_perplexity/scores_answers
skipped: check_switch/was_switched
says check_perplexity/scores_answers: divide by how many tokens count
"""
# %% perplexity
def perplexity(logits, labels):
    """Return the exponential of the mean cross-entropy of the tokens whose label is not -100."""
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    predicted, following = logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()
    return math.exp(torch.nn.functional.cross_entropy(predicted, following, reduction="sum").item() / following.numel())
