"""Builds a MiniLM without its weights.
"""
# %% wrap_model
from transformers import BertForSequenceClassification
backbone = tlgrader.load_backbone("all-MiniLM-L6-v2", classes=2).to(device)
backbone = BertForSequenceClassification(backbone.config).to(device)
model = get_peft_model(backbone, config)
model.print_trainable_parameters()
