"""Saves before training.

failed: check_save_adapter/adapter_reloads, check_save_adapter/answers_alike
"""
# %% prepare_training
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=LEARNING_RATE)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=STEPS)
model.train()
model.save_pretrained("adapter")
# %% save_adapter
# Saved above.
