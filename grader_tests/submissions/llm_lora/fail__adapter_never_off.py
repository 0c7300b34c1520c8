"""Both perplexities are those with the adapter.

failed: check_switch/was_switched
says check_switch/was_switched: the adapter was on both times
"""
# %% switch
model.save_pretrained(ADAPTER)
merged = load_again().merge_and_unload()

model.eval()
validation = collate(validation_notes)
inputs = {name: validation[name] for name in ("input_ids", "attention_mask")}
with torch.no_grad():
    perplexities = {"adapter": perplexity(model(**inputs).logits, validation["labels"])}
    if True:
        perplexities["backbone"] = perplexity(model(**inputs).logits, validation["labels"])
print(perplexities)
