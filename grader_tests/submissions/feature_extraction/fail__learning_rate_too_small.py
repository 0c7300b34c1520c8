"""Takes a learning rate of 1e-5: in 20 epochs the head hardly moves.

failed: check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
says check_train_head/loss_fell: is the learning rate near to the one in the text?
"""
# %% make_optimizer
optimizer = torch.optim.Adam(model.classifier.parameters(), lr=1e-5)
