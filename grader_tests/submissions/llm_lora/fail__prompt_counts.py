"""The prompt's tokens are labels, too: the model learns to write notes.

failed: check_encode/returns, check_encode/encodes
skipped: check_switch/was_switched, check_train_adapter/losses_are_the_models
says check_encode/encodes: no token of the prompt is left out
"""
# %% encode
def encode(text, record):
    """Return the tokens of prompt, answer and end, and their labels: -100 for the prompt's."""
    prompt = tokenizer(notes.prompt(text))["input_ids"]
    answer = tokenizer(notes.answer(record))["input_ids"] + [tokenizer.eos_token_id]
    return prompt + answer, prompt + answer
