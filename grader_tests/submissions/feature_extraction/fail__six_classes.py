"""Gives the head six outputs: healthy was counted as the absence of five diseases.

failed: check_swap_head/head, check_swap_head/trainable_parameters
skipped: check_train_head/beats_the_threshold
"""
# %% swap_head
model.classifier = nn.Linear(1280, 6).to(device)
