"""The two perplexities stand under each other's name.

failed: check_switch/was_switched
says check_switch/was_switched: exchanged
"""
# %% switch
model.save_pretrained(ADAPTER)
merged = load_again().merge_and_unload()

model.eval()
validation = collate(validation_notes)
inputs = {name: validation[name] for name in ("input_ids", "attention_mask")}
with torch.no_grad():
    perplexities = {"adapter": perplexity(model(**inputs).logits, validation["labels"])}
    with model.disable_adapter():
        perplexities["backbone"] = perplexity(model(**inputs).logits, validation["labels"])
print(perplexities)
perplexities = {"adapter": perplexities["backbone"], "backbone": perplexities["adapter"]}
