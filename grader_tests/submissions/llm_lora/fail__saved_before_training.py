"""The adapter is saved as soon as the model is wrapped, and never again.

failed: check_switch/adapter_reloads, check_switch/is_merged
"""
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
model.save_pretrained("adapter")
# %% switch
merged = load_again().merge_and_unload()

model.eval()
validation = collate(validation_notes)
inputs = {name: validation[name] for name in ("input_ids", "attention_mask")}
with torch.no_grad():
    perplexities = {"adapter": perplexity(model(**inputs).logits, validation["labels"])}
    with model.disable_adapter():
        perplexities["backbone"] = perplexity(model(**inputs).logits, validation["labels"])
print(perplexities)
