"""Took fine-tuning for feature extraction, a new domain for a new task, digits for letters' opposite, and forgot to unfreeze last.

failed: check_quiz/techniques_are_right, check_quiz/relations_are_right, check_quiz/sources_are_right, check_quiz/workflow_is_right
"""
# %% quiz
answers = {
    "T1": "fine-tuning",
    "T2": "LoRA",
    "T3": "domain adaptation",
    "T4": "feature extraction",
    "R1": "domain",
    "R2": "domain",
    "R3": "both",
    "R4": "domain",
    "S1": "A",
    "S2": "C",
    "S3": "A",
    "workflow": ["B", "D", "A", "F", "E", "C"],
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
