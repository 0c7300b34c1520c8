"""Writes the cross-entropy itself, clips the gradients, and keeps tensors until the end.
"""
# %% adapter_size
def adapter_size(in_features, out_features, rank):
    a = torch.empty(rank, in_features)
    b = torch.empty(out_features, rank)
    return a.numel() + b.numel()
# %% train_adapter
history = {"loss": []}
for _ in range(EPOCHS):
    for batch in train_loader:
        labels = batch.pop("labels")
        log_probabilities = model(**batch).logits.log_softmax(dim=1)
        loss = -log_probabilities[torch.arange(len(labels)), labels].mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_((p for p in model.parameters() if p.requires_grad), 1.0)
        optimizer.step()
        schedule.step()
        history["loss"].append(loss.detach())
history["loss"] = torch.stack(history["loss"]).tolist()
