"""The reference: LoRA of rank 8 on the query and value layers, trained with AdamW and a linear schedule, saved as an adapter."""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    """Return how many parameters a LoRA adapter of this rank adds to one linear layer."""
    return rank * (in_features + out_features)
# %% lora_config
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["query", "value"],
    lora_dropout=0.05,
    task_type=TaskType.SEQ_CLS,
)
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
    print(f"epoch {epoch + 1}: loss {sum(history['loss'][-len(train_loader) :]) / len(train_loader):.3f}")
# %% save_adapter
model.save_pretrained(ADAPTER)
# %% [markdown] compare_strategies
Full fine-tuning would train all 22.7 million parameters of MiniLM and keep a gradient and AdamW's two moments for each; it
adapts best where there is much data, may forget what the backbone knew, and leaves a copy of 91 MB for each department.
Feature extraction trains the head alone, 770 numbers here: the cheapest, since features can be computed once, and nothing
is forgotten, but the features are not those of the task, and accuracy stays lower. LoRA trains 74,498 numbers, 0.33 %: it
needs the activations of all layers, but hardly any optimizer state, and the backbone stays as it was, so that taking the
adapter away gives it back. Domain adaptation needs no labels: it goes on training the whole backbone on the hospital's
letters, once for all departments; it may forget general language, and it is no classifier yet.

I would adapt the backbone once to the hospital's letters if the plain one does badly on them, and then train one LoRA
adapter a department: twenty adapters of about 300 KB are 6 MB beside one backbone, where twenty full copies are 1.8 GB, and
one GPU can hold the backbone and switch adapters.
