"""The first model tells three labels, and there are two.

failed: check_model/head
"""

# %% model
from transformers import AutoModelForSequenceClassification

model = AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=3)
