"""Names the targets by a pattern, and trains with NAdam and its own linear schedule."""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    a = in_features * rank
    b = rank * out_features
    return a + b
# %% lora_config
config = LoraConfig(
    r=8, lora_alpha=16, lora_dropout=0.05, target_modules=r".*\.(query|value)", task_type="SEQ_CLS"
)
# %% prepare_training
from torch.optim.lr_scheduler import LambdaLR
optimizer = torch.optim.NAdam([p for p in model.parameters() if p.requires_grad], lr=LEARNING_RATE)
schedule = LambdaLR(optimizer, lambda step: 1 - step / STEPS)
model.train()
# %% train_adapter
history = {"loss": [], "learning rate": []}
for _ in range(EPOCHS):
    for batch in train_loader:
        optimizer.zero_grad()
        output = model(**batch)
        output.loss.backward()
        optimizer.step()
        schedule.step()
        history["loss"].append(output.loss.item())
        history["learning rate"].append(schedule.get_last_lr()[0])
