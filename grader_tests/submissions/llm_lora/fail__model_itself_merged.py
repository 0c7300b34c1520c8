"""The trained model is merged itself, and has no adapter left to switch off.

failed: check_switch/is_merged, check_switch/adapter_reloads, check_switch/was_switched
"""
# %% switch
model.save_pretrained(ADAPTER)
merged = model.merge_and_unload()

model.eval()
validation = collate(validation_notes)
inputs = {name: validation[name] for name in ("input_ids", "attention_mask")}
with torch.no_grad():
    perplexities = {"adapter": perplexity(model(**inputs).logits, validation["labels"])}
    with model.disable_adapter():
        perplexities["backbone"] = perplexity(model(**inputs).logits, validation["labels"])
print(perplexities)
