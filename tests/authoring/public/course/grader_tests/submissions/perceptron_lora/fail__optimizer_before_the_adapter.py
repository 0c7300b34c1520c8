"""The optimizer was made before the model was wrapped: it holds what is frozen now, and nothing of the adapter.

failed: check_wrap/optimizer, check_train/sorts_rows
"""

# %% wrap
optimizer = torch.optim.Adam(module.parameters(), lr=lr)
peft_model = peft.get_peft_model(module, config)
criterion = nn.CrossEntropyLoss()
