"""Trains with SGD and momentum, and keeps the history in numpy."""
# %% make_optimizer
optimizer = torch.optim.SGD(model.classifier.parameters(), lr=0.01, momentum=0.9)
# %% train_head
import numpy as np

losses, accuracies = np.zeros(20), np.zeros(20)
for epoch in range(20):
    order = torch.randperm(len(train), device=device)
    for start in range(0, len(train), 32):
        batch = order[start : start + 32]
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model.classifier(train_features[batch]), train_labels[batch])
        loss.backward()
        optimizer.step()
        losses[epoch] += loss.item() * len(batch) / len(train)
    model.classifier.requires_grad_(False)
    accuracies[epoch] = (model.classifier(validation_features).argmax(1) == validation_labels).double().mean().item()
    model.classifier.requires_grad_(True)
history = {"loss": losses.tolist(), "accuracy": accuracies.tolist()}

diagnose = lambda logits: [train.classes[int(row.argmax())] for row in np.asarray(torch.as_tensor(logits).cpu())]
