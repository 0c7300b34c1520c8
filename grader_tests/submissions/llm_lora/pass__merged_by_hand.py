"""The adapter is loaded, merged in place, and then taken out; bytes are counted in two loops."""
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
