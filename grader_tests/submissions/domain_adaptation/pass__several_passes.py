"""Keeps the momentum of 0.1, resets nothing and passes the pictures four times: next to nothing of the source's statistics is left.
"""
# %% adapt_statistics
model.train()
with torch.no_grad():
    for _ in range(4):
        for batch in target_images[torch.randperm(600, device=device)].split(64):
            _ = model(batch)
model = model.eval()
