"""Gradients are forgotten.

failed: check_memory/memory_is_right
says check_memory/memory_is_right: has a gradient, too
"""
# %% training_bytes
def training_bytes(model, optimizer):
    """Return how many bytes the gradients and the optimizer's state take."""
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    moments = [value for state in optimizer.state.values() for value in state.values() if torch.is_tensor(value)]
    return sum(tensor.numel() * tensor.element_size() for tensor in moments)
