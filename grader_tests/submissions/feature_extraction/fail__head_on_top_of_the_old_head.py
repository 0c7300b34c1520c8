"""Puts the new layer behind the old head, so that it learns from ImageNet's 1,000 logits.

failed: check_swap_head/trainable_parameters
says check_swap_head/trainable_parameters: 6,405 expected, 5,005 seen, in 2 tensors: `classifier.1.weight`,
    `classifier.1.bias`
"""
# %% swap_head
model.classifier = nn.Sequential(model.classifier, nn.Linear(1000, 5)).to(device)
