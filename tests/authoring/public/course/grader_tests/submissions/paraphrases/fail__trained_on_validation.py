"""The second trainer is given the validation pairs to train on.

failed: check_trainer/assert, check_train/tells_paraphrases
"""

# %% trainer
training_args = TrainingArguments(
    "test-trainer", learning_rate=2e-4, report_to="none", eval_strategy="epoch"
)
model = AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=2)
trainer = Trainer(
    model,
    training_args,
    train_dataset=tokenized_datasets["validation"],
    eval_dataset=tokenized_datasets["validation"],
    data_collator=data_collator,
    processing_class=tokenizer,
    compute_metrics=compute_metrics,
)
