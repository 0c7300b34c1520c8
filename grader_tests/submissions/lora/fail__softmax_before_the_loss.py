"""Takes the softmax of the logits before the cross-entropy, which takes it itself.

failed: check_train_adapter/losses_are_the_models
"""
# %% train_adapter
history = {"loss": []}
for epoch in range(EPOCHS):
    for batch in train_loader:
        labels = batch["labels"]
        probabilities = model(**batch).logits.softmax(dim=1)
        loss = torch.nn.functional.cross_entropy(probabilities, labels)
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        history["loss"].append(loss.item())
