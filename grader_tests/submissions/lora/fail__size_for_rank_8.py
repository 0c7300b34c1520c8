"""Ignores the rank.

failed: check_adapter_size/returns#3, check_adapter_size/returns#4
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    return 8 * (in_features + out_features)
