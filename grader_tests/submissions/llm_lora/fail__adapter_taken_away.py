"""The adapter is unloaded without being merged: the published decoder is left.

failed: check_switch/is_merged
says check_switch/is_merged: `unload()` alone takes it away
"""
# %% switch
model.save_pretrained(ADAPTER)
merged = load_again().unload()

model.eval()
validation = collate(validation_notes)
inputs = {name: validation[name] for name in ("input_ids", "attention_mask")}
with torch.no_grad():
    perplexities = {"adapter": perplexity(model(**inputs).logits, validation["labels"])}
    with model.disable_adapter():
        perplexities["backbone"] = perplexity(model(**inputs).logits, validation["labels"])
print(perplexities)
