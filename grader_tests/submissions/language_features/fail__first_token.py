"""The features are the output at the first token, as classifiers of BERT have it.

failed: check_embed/embeds_sentences
says check_embed/embeds_sentences: this is the first token's output
"""
# %% write_embed
@torch.no_grad()
def embed(texts):
    batch = tokenizer(texts, padding=True, return_tensors="pt").to(device)
    outputs = encoder(**batch).last_hidden_state
    return outputs[:, 0]
