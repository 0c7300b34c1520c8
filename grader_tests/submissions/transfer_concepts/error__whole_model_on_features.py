"""Calls `fit` with the whole pretrained model on features, where its head is needed: the cell stops with an
error.

failed: check_train_both/history, check_train_both/history#2, check_train_both/loss_fell,
    check_train_both/scratch_was_trained, check_train_both/beats_the_threshold
skipped: check_train_both/backbone_is_untouched, check_train_both/transfer_gains
says check_train_both/history: cell `train_both`: RuntimeError
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
curves = {
    "transfer": fit(transfer_model, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, train_loader, validation_loader, epochs=3),
}
