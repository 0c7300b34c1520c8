"""Divides.
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    return rank * (in_features + out_features) / (in_features * out_features)
