"""Leaves a forward hook on the head that doubles the logits. Predictions are the same; what is rebuilt differs, so the worker is asked."""
# %% swap_head
model.classifier = nn.Linear(1280, 5).to(device)
model.classifier.register_forward_hook(lambda module, inputs, output: output * 2.0)
