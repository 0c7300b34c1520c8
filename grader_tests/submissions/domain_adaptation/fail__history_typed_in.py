"""Makes the optimizer, trains nothing, and types a history in.

failed: check_self_training/source_loss_fell, check_self_training/source_is_kept
skipped: check_self_training/statistics_stayed, check_self_training/target_is_kept
"""
# %% self_training
optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
history = {"target": [0.3, 0.1, 0.05, 0.03, 0.02], "source": [0.2, 0.1, 0.05, 0.02, 0.01]}
print("Accuracy on the target: 0.99")
