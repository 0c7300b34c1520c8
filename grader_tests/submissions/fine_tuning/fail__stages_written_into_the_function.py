"""Always unfreezes the stages of `TUNED` and the head, whichever stages are named.

failed: check_only_head/stages_trainable
"""
# %% set_trainable
def set_trainable(model, stages):
    model.requires_grad_(False).eval()
    for name in [*TUNED, HEAD]:
        model.get_submodule(name).requires_grad_(True).train()
