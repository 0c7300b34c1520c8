"""The mean is taken over all tokens of the batch, those of the padding, too.

failed: check_embed/embeds_sentences
says check_embed/embeds_sentences: padding is counted, too
"""
# %% write_embed
@torch.no_grad()
def embed(texts):
    batch = tokenizer(texts, padding=True, return_tensors="pt").to(device)
    outputs = encoder(**batch).last_hidden_state
    return outputs.mean(dim=1)
