"""Learning rates a thousand times smaller: the stages move, by next to nothing.

failed: check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% make_optimizer
optimizer = torch.optim.Adam(
    [
        {"params": model.classifier.parameters(), "lr": 2e-6},
        {"params": [*model.conv_head.parameters(), *model.bn2.parameters()], "lr": 1e-6},
        {"params": model.blocks[6].parameters(), "lr": 1e-6},
        {"params": model.blocks[5].parameters(), "lr": 8e-7},
    ]
)
