"""The mean of each text's perplexity, so that short records count more than long ones.

failed: check_perplexity/scores_answers
skipped: check_switch/was_switched
says check_perplexity/scores_answers: a mean of each text's perplexity
"""
# %% perplexity
def perplexity(logits, labels):
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    each = [torch.nn.functional.cross_entropy(one[:-1], other[1:]).exp() for one, other in zip(logits, labels)]
    return torch.stack(each).mean().item()
