"""The prompt's labels are 0 in place of -100.

failed: check_encode/returns, check_encode/encodes, check_train_adapter/loss_fell, check_train_adapter/writes_records
skipped: check_switch/was_switched, check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
says check_encode/encodes: 0 is a token, too
"""
# %% encode
def encode(text, record):
    """Return the tokens of prompt, answer and end, and their labels: -100 for the prompt's."""
    prompt = tokenizer(notes.prompt(text))["input_ids"]
    answer = tokenizer(notes.answer(record))["input_ids"] + [tokenizer.eos_token_id]
    return prompt + answer, [0] * len(prompt) + answer
