"""Labels where the answer is, log-probabilities gathered, bytes added up in loops, a merge that is checked."""
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
# %% training_bytes
def training_bytes(model, optimizer):
    total = 0
    for parameter in model.parameters():
        if parameter.grad is not None:
            total += parameter.grad.nbytes
    for state in optimizer.state.values():
        for value in state.values():
            if isinstance(value, torch.Tensor):
                total += value.nbytes
    return total
# %% switch
model.save_pretrained(ADAPTER)
again = load_again()
merged = again.merge_and_unload(safe_merge=True)

model.eval()
validation = collate(validation_notes)
inputs = {name: validation[name] for name in ("input_ids", "attention_mask")}
with torch.no_grad():
    perplexities = {"adapter": perplexity(model(**inputs).logits, validation["labels"])}
    with model.disable_adapter():
        perplexities["backbone"] = perplexity(model(**inputs).logits, validation["labels"])
print(perplexities)
