"""The reference: LoRA of rank 8 on the query and value layers of a decoder, trained for one epoch on the answers alone."""
# %% encode
def encode(text, record):
    """Return the tokens of prompt, answer and end, and their labels: -100 for the prompt's."""
    prompt = tokenizer(notes.prompt(text))["input_ids"]
    answer = tokenizer(notes.answer(record))["input_ids"] + [tokenizer.eos_token_id]
    return prompt + answer, [-100] * len(prompt) + answer
# %% perplexity
def perplexity(logits, labels):
    """Return the exponential of the mean cross-entropy of the tokens whose label is not -100."""
    logits, labels = torch.as_tensor(logits), torch.as_tensor(labels)
    predicted, following = logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()
    return math.exp(torch.nn.functional.cross_entropy(predicted, following, ignore_index=-100).item())
# %% wrap_model
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
# %% train_adapter
history = {"loss": []}
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
for batch in train_loader:
    loss = model(**batch).loss
    loss.backward()
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    history["loss"].append(loss.item())
# %% training_bytes
def training_bytes(model, optimizer):
    """Return how many bytes the gradients and the optimizer's state take."""
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    moments = [value for state in optimizer.state.values() for value in state.values() if torch.is_tensor(value)]
    return sum(tensor.numel() * tensor.element_size() for tensor in gradients + moments)
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
# %% [markdown] strategies
The loss leaves out the letter because the model is to write records, not letters. A letter has many more tokens than its
record, so that most of the gradient would go into predicting letters; more steps would be needed until records are exact,
and patients' data could be learned by heart.

Here full fine-tuning keeps 1,614 MB of gradients and moments, 12 bytes for each of 134.5 million parameters; LoRA keeps
5.5 MB for 460,800. With 7 billion parameters that is 84 GB, which the GPU with 48 GB does not have, even before parameters
and activations. LoRA of rank 8 trains some millions, so below 100 MB, beside 14 GB for the backbone in bfloat16.

I would not merge: twenty departments need twenty records of their own, and one backbone stays in memory while the adapter
is switched with each letter's department. Twenty adapters of a few MB are stored, less than 1 GB, where twenty merged models
would be 280 GB. Merging pays where one department is served alone: then the adapter's products are saved. Switched off, the
adapter leaves the model as it was: its perplexity here is 80 again in place of 1.05, so nothing of the backbone is lost.
