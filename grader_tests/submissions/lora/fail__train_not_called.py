"""Names the method and does not call it.

failed: check_prepare_training/in_train_mode
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train
