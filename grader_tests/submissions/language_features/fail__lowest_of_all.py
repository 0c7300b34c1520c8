"""The best epoch is the lowest of all losses, as if training never stopped.

failed: check_best_epoch/returns#2, check_best_epoch/returns#5, check_best_epoch/returns#6, check_best_epoch/returns#7
"""
# %% write_best_epoch
def best_epoch(losses, patience):
    return losses.index(min(losses))
