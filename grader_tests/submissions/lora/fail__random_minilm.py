"""Builds a MiniLM without its weights.

failed: check_save_adapter/answers_alike, check_train_adapter/base_stayed_frozen, check_train_adapter/beats_the_threshold, check_train_adapter/loss_fell, check_wrap_model/base_is_untouched
skipped: check_train_adapter/losses_are_the_models
"""
# %% wrap_model
from transformers import BertForSequenceClassification
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
backbone = BertForSequenceClassification(backbone.config).to(device)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
