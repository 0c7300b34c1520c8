"""Only the first sentence of a pair is read: nobody could tell whether the second says the same.

failed: check_tokenize/assert, check_train/tells_paraphrases
"""

# %% tokenize
def tokenize_function(example):
    return tokenizer(example["sentence1"], truncation=True)
