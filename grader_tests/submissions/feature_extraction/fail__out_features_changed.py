"""Sets `out_features` of the old head to 5, which changes what is printed and not the layer.

failed: check_swap_head/head, check_swap_head/trainable_parameters
skipped: check_train_head/beats_the_threshold
"""
# %% swap_head
model.classifier.out_features = 5
model.classifier.requires_grad_(True)
