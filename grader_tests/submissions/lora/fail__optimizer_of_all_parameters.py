"""Hands all parameters to the optimizer.

failed: check_prepare_training/optimizer
"""
# %% prepare_training
optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
