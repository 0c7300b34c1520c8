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
losses = torch.zeros(STEPS)
step = 0
epoch = 0
while epoch < EPOCHS:
    for batch in train_loader:
        optimizer.zero_grad()
        output = model(**batch)
        output.loss.backward()
        optimizer.step()
        schedule.step()
        losses[step] = output.loss.detach().cpu()
        step += 1
    epoch += 1
history = {"loss": losses.tolist()}
