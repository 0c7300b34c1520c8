"""Padding is left out of the sum, which is divided by the length of the batch.

failed: check_embed/embeds_sentences
says check_embed/embeds_sentences: divide by how many tokens are there, too
"""
# %% write_embed
@torch.no_grad()
def embed(texts):
    batch = tokenizer(texts, padding=True, return_tensors="pt").to(device)
    outputs = encoder(**batch).last_hidden_state
    return (outputs * batch["attention_mask"].unsqueeze(-1)).mean(dim=1)
