"""Prints the size.
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    print(rank * (in_features + out_features))
