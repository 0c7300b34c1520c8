"""The mean is brought to length 1, as for a search by similarity.

failed: check_embed/embeds_sentences
says check_embed/embeds_sentences: it is not to be normalised
"""
# %% write_embed
@torch.no_grad()
def embed(texts):
    batch = tokenizer(texts, padding=True, return_tensors="pt").to(device)
    outputs = encoder(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    return F.normalize((outputs * mask).sum(dim=1) / mask.sum(dim=1), dim=1)
