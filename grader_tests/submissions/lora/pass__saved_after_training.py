"""Moves the wrapped model to the device, trains with RMSprop and a polynomial schedule, and saves twice.
"""
# %% wrap_model
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2)
model = get_peft_model(backbone, config).to(device)
model.print_trainable_parameters()
# %% prepare_training
optimizer = torch.optim.RMSprop([p for p in model.parameters() if p.requires_grad], lr=LEARNING_RATE / 4)
schedule = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=STEPS, power=1.0)
model = model.train()
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
model.eval()
model.save_pretrained(ADAPTER)
# %% save_adapter
import json

model.save_pretrained(ADAPTER)
print(json.loads((ADAPTER / "adapter_config.json").read_text())["r"])
