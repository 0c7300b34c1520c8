"""The reference: the mean over a sentence's tokens, a head that keeps its best epoch, and a card that says so."""
# %% write_embed
@torch.no_grad()
def embed(texts):
    """Return the mean of the encoder's outputs over the tokens of each sentence, of shape (N, 384)."""
    batch = tokenizer(texts, padding=True, return_tensors="pt").to(device)
    outputs = encoder(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    return (outputs * mask).sum(dim=1) / mask.sum(dim=1)
# %% write_best_epoch
def best_epoch(losses, patience):
    """Return the epoch, from 0, whose parameters early stopping keeps."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best
# %% write_fit
def fit(dropout=0.0, weight_decay=0.0):
    """Train a head with early stopping; return it with the parameters of its best epoch, and its history."""
    tlgrader.seed()
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(384, 2)).to(device)
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=weight_decay)
    history = {"loss": [], "validation_loss": []}
    for epoch in range(EPOCHS):
        head.train()
        losses = []
        for some in torch.randperm(160).split(BATCH):
            loss = F.cross_entropy(head(train_features[some]), train_labels[some])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        head.eval()
        with torch.no_grad():
            validation_loss = F.cross_entropy(head(validation_features), validation_labels).item()
        history["loss"].append(sum(losses) / len(losses))
        history["validation_loss"].append(validation_loss)
        best = best_epoch(history["validation_loss"], PATIENCE)
        if best == epoch:
            kept = {name: tensor.clone() for name, tensor in head.state_dict().items()}
        if epoch - best >= PATIENCE:
            break
    head.load_state_dict(kept)
    return head, history
# %% measure_effect
with torch.no_grad():
    effect = {name: F.cross_entropy(one(validation_features), validation_labels).item() for name, one in heads.items()}
chosen = min(effect, key=effect.get)
# %% write_report
from sklearn.metrics import accuracy_score, precision_recall_fscore_support


def metrics(predicted):
    """Return accuracy and macro precision, recall and F1 on the validation sentences."""
    labels = validation_labels.tolist()
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, average="macro", zero_division=0)
    return {
        "accuracy": accuracy_score(labels, predicted),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
    }


with torch.no_grad():
    head_predicted = head(validation_features).argmax(dim=1).tolist()
report = {"feature extraction": metrics(head_predicted), "LoRA": metrics(lora_predicted)}
# %% write_save
def save(head, file):
    """Write the parameters of a head."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(head.state_dict(), file)


def load(file):
    """Return a new head with the parameters in a file, in eval mode."""
    head = nn.Sequential(nn.Dropout(0.5), nn.Linear(384, 2))
    head.load_state_dict(load_file(file))
    return head.to(device).eval()
# %% write_classify
@torch.no_grad()
def classify(text):
    """Return what the head says of one sentence: "negative" or "positive"."""
    return reviews.CLASSES[head(embed([text])).argmax(dim=1).item()]


print(classify("My cat likes the box that it came in."))
# %% write_card
sources = {"P1": "tiny-en", "P2": "base-multi", "P3": "large-en"}
card = {
    "base_model": "all-MiniLM-L6-v2",
    "license": "Apache-2.0",
    "trained_parameters": 770,
    "training_sentences": 160,
    "validation_accuracy": report["feature extraction"]["accuracy"],
    "limits": "Trained on short English reviews and tweets; not for letters, other languages, or decisions about people.",
}
# %% [markdown] advice
I would give the shop feature extraction. On 80 validation sentences one sentence is 0.0125 of accuracy, so the difference between the two rows of my report, a few sentences, says little; LoRA trains 74,498 numbers where the
head has 770, and it has to be trained with the whole encoder in memory. The head's features are computed once, it trains in a second on a laptop, and its file has 3 KB. The encoder has to be run for both. Early stopping mattered most:
the validation loss began to rise after some ten epochs; dropout lowered it a little, weight decay hardly changed it. Next I would label two hundred more sentences of the shop's own for validation and look at precision and recall of the
negative class, which is the one that the shop asks about; if the head misses many, LoRA is worth its cost.
