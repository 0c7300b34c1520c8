"""Handed in as it was handed out.

failed: check_encode/returns, check_encode/encodes, check_memory/assert, check_memory/memory_is_right, check_perplexity/returns, check_perplexity/returns#2, check_perplexity/scores_answers, check_switch/adapter_reloads, check_switch/is_merged, check_train_adapter/history, check_train_adapter/loss_fell, check_train_adapter/optimizer, check_train_adapter/rate_was_lowered, check_train_adapter/writes_records, check_wrap_model/adapters, check_wrap_model/lora, check_wrap_model/trainable_parameters
skipped: check_switch/was_switched, check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models, check_wrap_model/base_is_untouched
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
