"""Sentence by sentence, without a mask; epochs counted by hand; scikit-learn's report; `deepcopy` for the best head.
"""
# %% write_embed
@torch.no_grad()
def embed(texts):
    rows = []
    for text in texts:
        batch = tokenizer([text], return_tensors="pt").to(device)
        rows.append(encoder(**batch).last_hidden_state[0].mean(dim=0))
    return torch.stack(rows)
# %% write_best_epoch
def best_epoch(losses, patience):
    lowest, best, waited = float("inf"), 0, 0
    for epoch in range(len(losses)):
        if losses[epoch] < lowest:
            lowest, best, waited = losses[epoch], epoch, 0
        else:
            waited += 1
            if waited == patience:
                return best
    return best
# %% write_fit
import copy


def fit(dropout=0.0, weight_decay=0.0):
    tlgrader.seed()
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(384, 2)).to(device)
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=weight_decay)
    history = {"loss": [], "validation_loss": []}
    lowest, waited, kept = float("inf"), 0, None
    for _ in range(EPOCHS):
        total = 0.0
        head.train()
        order = torch.randperm(160)
        for start in range(0, 160, BATCH):
            rows = order[start : start + BATCH]
            loss = F.cross_entropy(head(train_features[rows]), train_labels[rows])
            loss.backward()
            optimizer.step()
            head.zero_grad()
            total += loss.item() * len(rows)
        history["loss"].append(total / 160)
        with torch.no_grad():
            value = float(F.cross_entropy(head.eval()(validation_features), validation_labels))
        history["validation_loss"].append(value)
        if value < lowest:
            lowest, waited, kept = value, 0, copy.deepcopy(head)
        else:
            waited += 1
        if waited == PATIENCE:
            break
    return kept.eval(), history
# %% write_classify
def classify(text):
    logits = head(embed([text]))[0]
    return "positive" if logits[1] > logits[0] else "negative"
