"""Takes transformers' linear schedule, rounds the losses, and looks at validation in between.
"""
# %% prepare_training
from transformers import get_linear_schedule_with_warmup

trainable = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=LEARNING_RATE, weight_decay=0.01)
schedule = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=0, num_training_steps=STEPS)
model.train();
# %% train_adapter
history = {"loss": [], "validation loss": []}
for epoch in range(EPOCHS):
    model.train()
    for batch in train_loader:
        optimizer.zero_grad()
        outputs = model(**batch)
        outputs.loss.backward()
        optimizer.step()
        schedule.step()
        history["loss"].append(round(float(outputs.loss), 3))
    model.eval()
    with torch.no_grad():
        held = collate(list(zip(validation_texts, validation_labels)))
        history["validation loss"].append(model(**held).loss.item())
# %% save_adapter
model.eval()
model.save_pretrained(str(ADAPTER))
