"""Trains nothing and types the curves in as they should look.

failed: check_train_both/loss_fell, check_train_both/scratch_was_trained, check_train_both/beats_the_threshold
skipped: check_train_both/backbone_is_untouched, check_train_both/transfer_gains
"""
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
curves = {"transfer": [0.5 + 0.02 * epoch for epoch in range(15)], "scratch": [0.2, 0.22, 0.24]}
