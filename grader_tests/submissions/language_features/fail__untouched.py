"""Nothing was written.

failed: check_fit/history, check_best_epoch/returns#5, check_best_epoch/returns#9, check_best_epoch/returns#7, check_fit/keeps_the_best_epoch, check_fit/stops_in_time, check_fit/regularisation_acts, check_fit/effect_is_measured, check_accuracy/assert, check_accuracy/beats_the_threshold, check_report/metrics, check_report/metrics#2, check_report/predictions_are_the_heads, check_save/file_holds_the_head, check_save/loads_another_head, check_classify/assert, check_classify/classifies_as_the_head_does, check_card/answers, check_card/sources_fit, check_card/card_is_true, check_embed/assert, check_embed/embeds_sentences, check_best_epoch/returns, check_best_epoch/returns#2, check_best_epoch/returns#3, check_best_epoch/returns#4, check_best_epoch/returns#6, check_best_epoch/returns#8
"""
# %% write_embed
@torch.no_grad()
def embed(texts):
    return ...
# %% write_best_epoch
def best_epoch(losses, patience):
    return ...
# %% write_fit
def fit(dropout=0.0, weight_decay=0.0):
    tlgrader.seed()
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(384, 2)).to(device)
    history = {"loss": [], "validation_loss": []}
    return head, history
# %% measure_effect
effect = {"plain": ..., "dropout": ..., "weight decay": ...}
chosen = ...
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
