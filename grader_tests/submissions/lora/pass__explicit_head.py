"""Says itself that the head is to be saved, builds the peft model by its class, and uses Adam with clipped gradients and a one-cycle schedule."""
# %% lora_config
options = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.05}
config = LoraConfig(
    **options,
    target_modules={"query", "value"},
    task_type=TaskType.SEQ_CLS,
    modules_to_save=["classifier"],
)
# %% wrap_model
from peft import PeftModelForSequenceClassification

backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2)
model = PeftModelForSequenceClassification(backbone, config)
model.to(device)
trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
print(trainable, "trainable")
# %% prepare_training
optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=STEPS, pct_start=0.2)
model.train()
# %% train_adapter
def train_one_epoch(model, loader, optimizer, schedule):
    model.train()
    losses = []
    for batch in loader:
        optimizer.zero_grad(set_to_none=True)
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        loss = torch.nn.functional.cross_entropy(logits, batch["labels"])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses

epochs = [train_one_epoch(model, train_loader, optimizer, schedule) for _ in range(EPOCHS)]
history = {"loss": sum(epochs, [])}
# %% save_adapter
ADAPTER.mkdir(exist_ok=True)
model.save_pretrained(str(ADAPTER), safe_serialization=True)
fresh = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
again = PeftModel.from_pretrained(fresh, ADAPTER).eval()
