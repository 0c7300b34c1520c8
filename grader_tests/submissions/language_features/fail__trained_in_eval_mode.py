"""The head never enters train mode: dropout does nothing.

failed: check_fit/regularisation_acts
says check_fit/regularisation_acts: in eval mode dropout does nothing
"""
# %% write_fit
def fit(dropout=0.0, weight_decay=0.0):
    tlgrader.seed()
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(384, 2)).to(device)
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=weight_decay)
    head.eval()
    history = {"loss": [], "validation_loss": []}
    for epoch in range(EPOCHS):
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
