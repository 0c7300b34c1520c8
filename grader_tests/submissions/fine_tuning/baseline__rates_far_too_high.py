"""Learning rates a hundred times larger: what the stages knew is destroyed (catastrophic forgetting).

failed: check_fine_tune/stages_moved, check_fine_tune/gains
skipped: check_fine_tune/validation_is_held_out
"""
# %% make_optimizer
optimizer = torch.optim.Adam(
    [
        {"params": model.classifier.parameters(), "lr": 2e-1},
        {"params": [*model.conv_head.parameters(), *model.bn2.parameters()], "lr": 1e-1},
        {"params": model.blocks[6].parameters(), "lr": 1e-1},
        {"params": model.blocks[5].parameters(), "lr": 8e-2},
    ]
)
