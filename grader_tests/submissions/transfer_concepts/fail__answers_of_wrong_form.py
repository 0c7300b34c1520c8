"""Wrote sentences into the quiz, and the workflow as one word.

failed: check_quiz/answers, check_quiz/answers#2, check_quiz/answers#3, check_quiz/answers#4, check_quiz/techniques_are_right, check_quiz/relations_are_right, check_quiz/sources_are_right, check_quiz/workflow_is_right
"""
# %% quiz
answers = {
    "T1": "they freeze it",
    "T2": "low-rank adaptation (LoRA)",
    "T3": "domain adaptation",
    "T4": "fine-tuning",
    "R1": "task",
    "R2": "both of them are digits",
    "R3": "both",
    "R4": "domain",
    "S1": "ImageNet",
    "S2": "C",
    "S3": "B",
    "workflow": "BDAEFC",
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
