"""Tokens first, then labels where the answer is."""
# %% encode
def encode(text, record):
    prompt = tokenizer(notes.prompt(text)).input_ids
    input_ids = [*prompt, *tokenizer(notes.answer(record)).input_ids, tokenizer.eos_token_id]
    labels = list(input_ids)
    labels[: len(prompt)] = [-100 for _ in prompt]
    return input_ids, labels
# %% perplexity
def perplexity(logits, labels):
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    following = labels[:, 1:]
    counts = following != -100
    logs = logits[:, :-1].log_softmax(dim=-1)
    chosen = logs.gather(-1, following.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return (-chosen[counts].mean()).exp().item()
