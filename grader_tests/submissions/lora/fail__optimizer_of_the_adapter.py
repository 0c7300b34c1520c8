"""Leaves the head out of the optimizer.

failed: check_prepare_training/optimizer
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for name, p in model.named_parameters() if "lora_" in name), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
