"""The two functions are written, and nothing is configured or trained.

failed: check_wrap_model/lora
"""
# %% wrap_model
config = None
model = backbone
# %% train_adapter
history = {"loss": []}
optimizer = None
# %% training_bytes
def training_bytes(model, optimizer):
    return 0
# %% switch
merged = None
perplexities = {"adapter": None, "backbone": None}
