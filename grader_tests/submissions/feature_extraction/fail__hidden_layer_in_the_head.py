"""Makes a head with a hidden layer, where one linear layer was asked for.

failed: check_swap_head/trainable_parameters
says check_swap_head/trainable_parameters: 6,405 expected, 329,221 seen, in 4 tensors
"""
# %% swap_head
model.classifier = nn.Sequential(nn.Linear(1280, 256), nn.ReLU(), nn.Linear(256, 5)).to(device)
