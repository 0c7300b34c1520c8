"""`classify` names class 0 positive.

failed: check_classify/classifies_as_the_head_does
says check_classify/classifies_as_the_head_does: class 0 is negative
"""
# %% write_classify
@torch.no_grad()
def classify(text):
    return ("positive", "negative")[head(embed([text])).argmax(dim=1).item()]
