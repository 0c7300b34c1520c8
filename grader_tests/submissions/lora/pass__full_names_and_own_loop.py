"""Lists each target layer by its full name, lowers the learning rate by hand, and draws its own batches."""
# %% lora_config
layers = range(6)
targets = [f"bert.encoder.layer.{i}.attention.self.{name}" for i in layers for name in ("query", "value")]
config = LoraConfig(
    task_type="SEQ_CLS", r=8, lora_alpha=16, lora_dropout=0.05, target_modules=targets
)
# %% prepare_training
weights = [p for name, p in model.named_parameters() if "lora_" in name or "modules_to_save" in name]
optimizer = torch.optim.AdamW(weights, lr=LEARNING_RATE, weight_decay=0.0)
model.train()
# %% train_adapter
examples = list(zip(train_texts, train_labels))
criterion = torch.nn.CrossEntropyLoss()
step = 0
history = {"loss": []}
for epoch in range(EPOCHS):
    model.train()
    order = torch.randperm(len(examples)).tolist()
    for start in range(0, len(order), 6):
        batch = collate([examples[index] for index in order[start : start + 6]])
        labels = batch.pop("labels")
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 - step / STEPS)
        optimizer.zero_grad()
        loss = criterion(model(**batch).logits, labels)
        loss.backward()
        optimizer.step()
        step += 1
        history["loss"].append(float(loss.detach()))
model.eval()
