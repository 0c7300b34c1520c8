"""A new head that was never trained, with a history that was made up.

failed: check_train_head/loss_fell, check_train_head/beats_the_threshold
skipped: check_train_head/validation_is_held_out, check_train_head/backbone_is_untouched
"""
# %% train_head
history = {"loss": [1.7] * 20, "accuracy": [0.2] * 20}


def diagnose(logits):
    return [train.classes[index] for index in torch.as_tensor(logits).argmax(dim=1)]
