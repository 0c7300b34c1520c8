"""Loads the model with its old head, swaps it by hand, and writes a training loop of its own with a slower rate."""
# %% make_models
transfer_model = tlgrader.load_backbone("efficientnet_lite0", device=device)
for parameter in transfer_model.parameters():
    parameter.requires_grad = False
transfer_model.classifier = nn.Linear(1280, 5).to(device)
scratch_model = tlgrader.load_backbone("efficientnet_lite0", pretrained=False, device=device)
scratch_model.classifier = nn.Linear(1280, 5).to(device)
# %% train_both
def train(part, optimizer, loader, checked, epochs):
    shares = []
    for epoch in range(epochs):
        part.train()
        for x, y in loader:
            optimizer.zero_grad()
            nn.CrossEntropyLoss()(part(x.to(device)), y.to(device)).backward()
            optimizer.step()
        shares.append(accuracy(part, checked))
    return shares


transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=1e-3)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=3e-4)
curves = {
    "transfer": train(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, 15),
    "scratch": train(scratch_model, scratch_optimizer, train_loader, validation_loader, 3),
}
