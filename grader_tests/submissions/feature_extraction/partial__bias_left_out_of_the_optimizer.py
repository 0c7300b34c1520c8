"""Gives the optimizer the head's weights and forgets its biases.

failed: check_make_optimizer/optimizer
says check_make_optimizer/optimizer: 1 trainable parameter tensor not in the optimizer: `classifier.bias`
"""
# %% make_optimizer
optimizer = torch.optim.Adam([model.classifier.weight], lr=1e-3)
