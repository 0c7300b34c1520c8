"""Did the features and the heads, and nothing after the choice.

failed: check_report/metrics, check_report/metrics#2, check_report/predictions_are_the_heads, check_save/file_holds_the_head, check_save/loads_another_head, check_classify/assert, check_classify/classifies_as_the_head_does, check_card/answers, check_card/sources_fit, check_card/card_is_true
"""
# %% write_report
head_predicted = ...
report = {"feature extraction": ..., "LoRA": ...}
# %% write_save
def save(head, file):
    """Nothing."""


def load(file):
    return ...
# %% write_classify
def classify(text):
    return ...
# %% write_card
sources = {"P1": "", "P2": "", "P3": ""}
card = {}
