"""Every parameter is counted as if it had a gradient and two moments, the frozen ones, too.

failed: check_memory/memory_is_right, check_memory/assert
says check_memory/memory_is_right: frozen parameters
"""
# %% training_bytes
def training_bytes(model, optimizer):
    return sum(3 * p.numel() * p.element_size() for p in model.parameters())
