"""The head takes one step, on sixteen sentences.

failed: check_fit/history, check_fit/keeps_the_best_epoch, check_fit/stops_in_time, check_accuracy/beats_the_threshold
"""
# %% write_fit
def fit(dropout=0.0, weight_decay=0.0):
    tlgrader.seed()
    head = nn.Sequential(nn.Dropout(dropout), nn.Linear(384, 2)).to(device)
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=weight_decay)
    history = {"loss": [], "validation_loss": []}
    head.train()
    some = torch.randperm(160)[:BATCH]
    loss = F.cross_entropy(head(train_features[some]), train_labels[some])
    loss.backward()
    optimizer.step()
    head.eval()
    return head, history
