"""Prints the size.

failed: check_adapter_size/returns, check_adapter_size/returns#2, check_adapter_size/returns#3, check_adapter_size/returns#4
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    print(rank * (in_features + out_features))
