"""Doubles one side.
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    return 2 * rank * in_features
