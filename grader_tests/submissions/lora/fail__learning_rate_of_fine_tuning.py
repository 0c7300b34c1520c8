"""Takes the learning rate of full fine-tuning.

failed: check_train_adapter/beats_the_threshold, check_train_adapter/loss_fell
skipped: check_train_adapter/base_stayed_frozen, check_train_adapter/losses_are_the_models
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=2e-5)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
