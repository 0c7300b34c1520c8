"""Counts biases.

failed: check_adapter_size/returns, check_adapter_size/returns#2, check_adapter_size/returns#3, check_adapter_size/returns#4
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    return rank * (in_features + out_features) + out_features
