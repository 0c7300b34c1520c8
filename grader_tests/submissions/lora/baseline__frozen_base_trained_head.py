"""Feature extraction: the backbone frozen, its head trained long and well on features that were computed once.

failed: check_wrap_model/adapters, check_wrap_model/trainable_parameters, check_train_adapter/beats_the_threshold, check_save_adapter/adapter_reloads, check_save_adapter/answers_alike, check_train_adapter/history, check_train_adapter/losses_are_the_models, check_train_adapter/rate_was_lowered
skipped: check_wrap_model/base_is_untouched
"""
# %% wrap_model
model = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
model.requires_grad_(False)
model.classifier.requires_grad_(True)
# %% prepare_training
optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=1e-2, weight_decay=0.1)
model.train()
# %% train_adapter
batch = collate(list(zip(train_texts, train_labels)))
with torch.no_grad():
    features = model.bert(batch["input_ids"], attention_mask=batch["attention_mask"]).pooler_output
history = {"loss": []}
for epoch in range(EPOCHS):
    for _ in range(100):
        loss = torch.nn.functional.cross_entropy(model.classifier(features), batch["labels"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history["loss"].append(loss.item())
