"""The optimizer gets the adapter's parameters by name, the loss is written by hand, and the schedule is a lambda."""
# %% train_adapter
trained = [p for name, p in model.named_parameters() if "lora_" in name]
optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / STEPS)
losses = []
model.train()
for batch in train_loader:
    optimizer.zero_grad()
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten())
    loss.backward()
    optimizer.step()
    schedule.step()
    losses.append(float(loss.detach()))
history = {"loss": losses}
