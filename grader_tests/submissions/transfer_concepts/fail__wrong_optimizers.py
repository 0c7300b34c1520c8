"""Both optimizers hold the parameters of both models.

failed: check_train_both/optimizer, check_train_both/optimizer#2
"""
# %% train_both
everything = [*transfer_model.parameters(), *scratch_model.parameters()]
transfer_optimizer = torch.optim.Adam(everything, lr=0.003)
scratch_optimizer = torch.optim.Adam([p for p in everything if p.requires_grad], lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
