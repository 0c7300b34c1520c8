"""The most accurate encoder for everything, and a card that claims more than was measured.

failed: check_card/sources_fit, check_card/card_is_true
says check_card/sources_fit: before you look at accuracy
says check_card/card_is_true: `validation_accuracy` is 0.99
"""
# %% write_card
sources = {"P1": "large-en", "P2": "large-en", "P3": "large-en"}
card = {
    "base_model": "all-MiniLM-L6-v2",
    "license": "MIT",
    "trained_parameters": 22_713_986,
    "training_sentences": 160,
    "validation_accuracy": 0.99,
    "limits": "None.",
}
