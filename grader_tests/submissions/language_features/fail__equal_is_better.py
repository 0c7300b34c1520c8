"""A loss that equals the lowest counts as a new lowest.

failed: check_best_epoch/returns#5
"""
# %% write_best_epoch
def best_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best
