"""Wrote which place each step of the workflow has, where the letters in order were asked for.

failed: check_quiz/answers#4, check_quiz/workflow_is_right
says check_quiz/answers#4: `workflow` holds 3, which is no possible entry
"""
# %% quiz
answers = {
    "T1": "feature extraction",
    "T2": "LoRA",
    "T3": "domain adaptation",
    "T4": "fine-tuning",
    "R1": "task",
    "R2": "domain",
    "R3": "both",
    "R4": "domain",
    "S1": "A",
    "S2": "C",
    "S3": "B",
    "workflow": [3, 1, 6, 2, 4, 5],
}
# %% train_both
transfer_optimizer = torch.optim.Adam(transfer_model.classifier.parameters(), lr=0.003)
scratch_optimizer = torch.optim.Adam(scratch_model.parameters(), lr=0.001)
pictures, labels = next(iter(train_loader))
small_batches = [(pictures[i : i + 2], labels[i : i + 2]) for i in range(0, 10, 2)]
curves = {
    "transfer": fit(transfer_model.classifier, transfer_optimizer, feature_loader, validation_features, epochs=15),
    "scratch": fit(scratch_model, scratch_optimizer, small_batches, validation_loader, epochs=3),
}
