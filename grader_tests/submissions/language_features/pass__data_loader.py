"""A `DataLoader` shuffles, checkpoints go through `state_dict`, metrics are written by hand.
"""
# %% write_fit
from torch.utils.data import DataLoader, TensorDataset


def fit(dropout=0.0, weight_decay=0.0):
    tlgrader.seed()
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(384, 2)).to(device)
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=weight_decay)
    loader = DataLoader(TensorDataset(train_features, train_labels), batch_size=BATCH, shuffle=True)
    history, checkpoints = {"loss": [], "validation_loss": []}, []
    while len(checkpoints) < EPOCHS:
        head.train()
        losses = []
        for features, labels in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(head(features), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        head.eval()
        with torch.no_grad():
            history["validation_loss"].append(F.cross_entropy(head(validation_features), validation_labels).item())
        history["loss"].append(sum(losses) / len(losses))
        checkpoints.append({name: tensor.detach().clone() for name, tensor in head.state_dict().items()})
        if len(checkpoints) - 1 - best_epoch(history["validation_loss"], PATIENCE) == PATIENCE:
            break
    head.load_state_dict(checkpoints[best_epoch(history["validation_loss"], PATIENCE)])
    return head, history
# %% write_report
def metrics(predicted):
    labels, predicted = validation_labels.cpu(), torch.tensor(predicted)
    shares = {"precision": [], "recall": [], "f1": []}
    for one in (0, 1):
        hits = ((predicted == one) & (labels == one)).sum().item()
        precision = hits / max((predicted == one).sum().item(), 1)
        recall = hits / max((labels == one).sum().item(), 1)
        shares["precision"].append(precision)
        shares["recall"].append(recall)
        shares["f1"].append(2 * precision * recall / max(precision + recall, 1e-12))
    means = {name: sum(values) / 2 for name, values in shares.items()}
    return {"accuracy": (predicted == labels).float().mean().item(), **means}


head_predicted = head(validation_features).argmax(dim=1)
report = {"feature extraction": metrics(head_predicted.tolist()), "LoRA": metrics(lora_predicted)}
