"""Short, strongly rated sentences about products and movies, and tweets: positive or negative.

The sentences and their ratings are from C. J. Hutto and E. Gilbert, "VADER: A Parsimonious Rule-based
Model for Sentiment Analysis of Social Media Text", ICWSM 2014, and come in the source distribution
``vaderSentiment==0.5`` (MIT licence, copyright 2014 C. J. Hutto; the licence is written beside the data).
Each was rated from -4 (most negative) to 4 by some twenty people. Kept are those rated beyond ±2 that
have at most 24 MiniLM tokens, each once, as many positive as negative; those with obscene words are left
out, since notebooks show sentences in class.

``install`` fetches the archive once and writes a public file (train, validation) and a hidden one. Both
are determined by the archive, so their SHA-256 are known here and are verified at each reading.
torch is imported where it is used: setting up a course again must not wait for it.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from tlcourse.data.archive import Archive, verified
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError

if TYPE_CHECKING:
    import torch

CLASSES = ("negative", "positive")
MAX_TOKENS = 24
MIN_RATING = 2.0
HELD_OUT = 400  # sentences in each of validation and hidden; half of them are positive

SOURCE = Archive(
    requirement="vaderSentiment==0.5",
    file="vaderSentiment-0.5.zip",
    sha256="5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a",
    holds="reviews",
    module="tlcourse.data.reviews",
)
PUBLIC_SHA256 = "93cd90e840b738f5cbcd54bddd15201e65c74b17f9cb6321adf7b5bee664e8d3"
HIDDEN_SHA256 = "2766c83ecc30e7ecf46d212880df03c8e5cac37b3e2a18232c32e668d314ef6a"

FILE = "reviews.json"
NOTICE = "reviews.NOTICE.txt"
_INNER = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"
_LICENCE = "vaderSentiment-0.5/LICENSE.txt"
_OBSCENE = re.compile(r"fuck|bitch|shit|cunt|whore|nigg|\b(?:ass|dick|fag|slut|rape)\b", re.IGNORECASE)
Splits = dict[str, list[tuple[str, int]]]  # sentences and their classes, by the name of the split
_RATED = ("amazonReviewSnippets", "movieReviewSnippets", "tweets")
_ATTRIBUTION = """\
Sentences and ratings: C. J. Hutto and E. Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment
Analysis of Social Media Text", Eighth International Conference on Weblogs and Social Media (ICWSM), 2014.
Taken from the source distribution vaderSentiment 0.5; ratings are reduced to positive and negative.

"""


class Reviews(NamedTuple):
    """Sentences and their classes."""

    texts: list[str]
    labels: torch.Tensor
    """int64, shape (sentences,): 0 is negative, 1 is positive (``CLASSES``)."""


def load(split: Literal["train", "validation"]) -> Reviews:
    """Return the public sentences of a split; raises MachineError where they are not installed."""
    return _reviews(_public(data_home())[split])


def hidden() -> Reviews:
    """Return the hidden sentences, in the judge; raises MachineError elsewhere, as in every sandbox."""
    return _reviews(_hidden(data_home())["hidden"])


def install(archive: Path | None = None, *, hidden: bool = True) -> None:
    """Write the public and, for a grader, the `hidden` file, unless they are there and whole.

    Args:
        archive: ``vaderSentiment-0.5.zip``, already downloaded. Without it, pip fetches it, which takes
            seconds and needs the network.

    Raises:
        MachineError: there is no network, no pip, or the archive is not the expected one.
    """
    home = data_home()
    if not _installed(home, hidden=hidden):
        _write(home, SOURCE.open(archive), hidden=hidden)


def _installed(home: DataHome, *, hidden: bool) -> bool:
    try:
        _public(home), hidden and _hidden(home)
    except MachineError:
        return False
    return (home.public / NOTICE).exists()


def _write(home: DataHome, archive: zipfile.ZipFile, *, hidden: bool) -> None:
    """Split the archive's sentences and write the files, the notice first."""
    splits = _split(_strong_and_short(_rated(archive)))
    held_back = {"hidden": splits.pop("hidden")}
    home.write_public(NOTICE, _ATTRIBUTION.encode() + archive.read(_LICENCE))
    files = [(splits, PUBLIC_SHA256, home.write_public), (held_back, HIDDEN_SHA256, home.write_hidden)]
    for content, sha256, write in files[: 2 if hidden else 1]:
        encoded = json.dumps(content, ensure_ascii=False, indent=0).encode()
        write(FILE, verified(encoded, sha256, f"new {FILE}", SOURCE.module))


def _rated(archive: zipfile.ZipFile) -> Iterator[tuple[str, float]]:
    """Yield each sentence with its mean rating, as the archive has them."""
    with tarfile.open(fileobj=io.BytesIO(archive.read(_INNER))) as inner:
        for name in _RATED:
            member = inner.extractfile(f"hutto_ICWSM_2014/{name}_GroundTruth.txt")
            assert member is not None, name  # the archive's hash is verified
            for line in member.read().decode().splitlines():
                _, rating, text = line.split("\t", 2)
                yield html.unescape(text.strip()), float(rating)


def _strong_and_short(rated: Iterable[tuple[str, float]]) -> dict[str, tuple[str, int]]:
    """Keep strong and short sentences, by their words: those that differ in punctuation only are one."""
    from tlcourse.backbones import MINILM, load_tokenizer

    strong = [(text, rating) for text, rating in rated if abs(rating) > MIN_RATING and _decent(text)]
    tokens = load_tokenizer(MINILM)([text for text, _ in strong], truncation=False)["input_ids"]
    kept: dict[str, tuple[str, int]] = {}
    for (text, rating), ids in zip(strong, tokens, strict=True):
        if len(ids) <= MAX_TOKENS:
            words = re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
            kept.setdefault(words, (text, int(rating > 0)))
    return kept


def _decent(text: str) -> bool:
    return _OBSCENE.search(text) is None


def _split(sentences: dict[str, tuple[str, int]]) -> Splits:
    """Deal as many positive as negative sentences to each split, in an order that their hashes give."""
    ranked = sorted(sentences, key=lambda words: _hash("split", words))
    classes = [[words for words in ranked if sentences[words][1] == label] for label in (0, 1)]
    half, smaller = HELD_OUT // 2, min(map(len, classes))
    bounds = {"hidden": (0, half), "validation": (half, 2 * half), "train": (2 * half, smaller)}
    return {
        name: [sentences[words] for words in _shuffled(w for c in classes for w in c[start:end])]
        for name, (start, end) in bounds.items()
    }


def _shuffled(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: _hash("order", word))


def _hash(purpose: str, words: str) -> str:
    return hashlib.sha256(f"{purpose}: {words}".encode()).hexdigest()


def _public(home: DataHome) -> Splits:
    content = home.read_public(FILE)
    return dict(json.loads(verified(content, PUBLIC_SHA256, f"public {FILE}", SOURCE.module)))


def _hidden(home: DataHome) -> Splits:
    content = home.read_hidden(FILE)
    return dict(json.loads(verified(content, HIDDEN_SHA256, f"hidden {FILE}", SOURCE.module)))


def _reviews(rows: list[tuple[str, int]]) -> Reviews:
    import torch

    return Reviews([text for text, _ in rows], torch.tensor([label for _, label in rows]))


def main() -> None:
    """``python -m tlcourse.data.reviews [ARCHIVE]``: install, and say where."""
    try:
        install(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except MachineError as error:
        sys.exit(str(error))
    print(f"The reviews are in {data_home().root}.")


if __name__ == "__main__":
    main()
