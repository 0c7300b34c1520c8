"""Handed in as it was handed out.

failed: check_encode/returns
"""
# %% encode
def encode(text, record):
    """Return the tokens of prompt, answer and end, and their labels: -100 for the prompt's."""
    # YOUR CODE HERE
    input_ids, labels = [], []
    return input_ids, labels
# %% perplexity
def perplexity(logits, labels):
    """Return the exponential of the mean cross-entropy of the tokens whose label is not -100."""
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    # YOUR CODE HERE
    return 0.0
# %% wrap_model
# YOUR CODE HERE: the configuration, and the wrapped model
config = None
model = backbone
# %% train_adapter
history = {"loss": []}
optimizer = None
# YOUR CODE HERE
# %% training_bytes
def training_bytes(model, optimizer):
    """Return how many bytes the gradients and the optimizer's state take."""
    # YOUR CODE HERE
    return 0
# %% switch
# YOUR CODE HERE: save the adapter, then load it again and merge it
merged = None

# YOUR CODE HERE: both perplexities, on this batch
perplexities = {"adapter": None, "backbone": None}
