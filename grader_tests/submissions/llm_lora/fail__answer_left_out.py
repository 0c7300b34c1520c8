"""The two parts are mixed up: the answer is left out, and the prompt is learned.

failed: check_encode/returns, check_encode/encodes, check_train_adapter/loss_fell, check_train_adapter/writes_records
skipped: check_switch/was_switched, check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
says check_encode/encodes: the other way round
"""
# %% encode
def encode(text, record):
    """Return the tokens of prompt, answer and end, and their labels: -100 for the prompt's."""
    prompt = tokenizer(notes.prompt(text))["input_ids"]
    answer = tokenizer(notes.answer(record))["input_ids"] + [tokenizer.eos_token_id]
    return prompt + answer, prompt + [-100] * len(answer)
