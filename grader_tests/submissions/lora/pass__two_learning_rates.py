"""Gives the head a higher learning rate than the adapter, in two parameter groups with one schedule, in a while loop."""
# %% prepare_training
adapter = [p for name, p in model.named_parameters() if "lora_" in name]
head = [p for name, p in model.named_parameters() if "classifier.modules_to_save" in name]
optimizer = torch.optim.AdamW(
    [{"params": adapter, "lr": LEARNING_RATE}, {"params": head, "lr": 2 * LEARNING_RATE}]
)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
# %% train_adapter
history = {"loss": []}
epoch = 0
while epoch < EPOCHS:
    running = torch.zeros(())
    for batch in train_loader:
        optimizer.zero_grad()
        output = model(**batch)
        output.loss.backward()
        optimizer.step()
        schedule.step()
        running += output.loss.detach().cpu()
    history["loss"].append((running / len(train_loader)).item())
    epoch += 1
