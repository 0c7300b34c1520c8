"""Prompts and answers of `llm_lora`: how the notebook's own `encode` turns them into tokens, and how it should."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import torch
from torch.nn.utils.rnn import pad_sequence

from tlcourse.backbones import SMOLLM2, load_tokenizer
from tlcourse.data import notes
from tlcourse.data.notes import Split
from tlgrader.hidden import IGNORED, Continued, Finding, Strength, asked, check, counted, passed_unless

ASKED = 3


@cache
def tokenizer() -> Any:
    """The decoder's."""
    return load_tokenizer(SMOLLM2)


def encoded(text: str, record: str) -> tuple[list[int], list[int]]:
    """The tokens of a note with its record, and their labels."""
    tokens = tokenizer()
    prompt = tokens(notes.prompt(text))["input_ids"]
    answer = [*tokens(notes.answer(record))["input_ids"], tokens.eos_token_id]
    return [*prompt, *answer], [IGNORED] * len(prompt) + answer


@check
def encodes(encode: object, *, weight: float = 1.0) -> Finding:
    """Tokens and labels of hidden notes are prompt, answer and end, with the prompt left out of the loss."""
    expected = "prompt, answer and end in `input_ids`; -100 for each token of the prompt in `labels`"
    # Whoever is asked about a note has seen it: these are none of those that the model is measured on.
    for text, record in notes.hidden()[-ASKED:]:
        ids, labels = encoded(text, record)
        found = asked(encode, [text, record])
        pair = [_plain(one) for one in found] if isinstance(found, list | tuple) else []
        if pair != [ids, labels]:
            return _wrongly(pair, ids, labels, expected)
    return passed_unless([], Strength.queried, "three unseen notes are encoded rightly", expected)


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, torch.Tensor) else value


def _wrongly(pair: Sequence[object], ids: list[int], labels: list[int], expected: str) -> Finding:
    """What is wrong with an encoding, and why."""
    if len(pair) != 2 or not all(isinstance(one, list) for one in pair):
        said, hint = (
            "`encode` does not return two lists",
            "`return input_ids, labels`, both lists of whole numbers",
        )
        return passed_unless([said], Strength.queried, "", expected, hint)
    found_ids, found_labels = pair
    assert isinstance(found_ids, list)
    assert isinstance(found_labels, list)
    problem, hint = _ids_hint(found_ids, ids) if found_ids != ids else _labels_hint(found_labels, ids, labels)
    return passed_unless([problem], Strength.queried, "", expected, hint)


def _ids_hint(found: list[object], ids: list[int]) -> tuple[str, str]:
    said = f"an unseen note has {counted(len(ids), 'token')} with its record, and `input_ids` holds {len(found)} others"
    if found == ids[:-1]:
        return "the token that ends a text is missing", "add `tokenizer.eos_token_id` to the answer's tokens"
    if found[-1:] != ids[-1:]:
        return said, "the last one is not `tokenizer.eos_token_id`: without it the model never learns to stop"
    return (
        said,
        "tokenise `notes.prompt(text)` and `notes.answer(record)`, each by itself, and put them together",
    )


def _labels_hint(found: list[object], ids: list[int], labels: list[int]) -> tuple[str, str]:
    prompt = labels.count(IGNORED)
    known: list[tuple[list[int], str, str]] = [
        (
            ids,
            "no token of the prompt is left out",
            "the loss would mostly be that of notes: -100 for each prompt token",
        ),
        (
            [*labels[1:], IGNORED],
            "the labels are shifted by one",
            "leave them at their tokens: the model compares each place with the next label by itself",
        ),
        (
            [*labels[:-1], IGNORED],
            "the end is left out",
            "its label is the token itself, or the model never learns to stop",
        ),
        (
            [0] * prompt + labels[prompt:],
            "the prompt's labels are 0",
            "0 is a token, too: the loss leaves out -100",
        ),
        (
            labels[prompt:],
            "labels are those of the answer alone",
            "as many labels as tokens: -100 stands for the prompt's",
        ),
        (
            [*ids[:prompt], *[IGNORED] * (len(ids) - prompt)],
            "the answer is left out, and the prompt is not",
            "the other way round: the answer is what is learned",
        ),
    ]
    for one, problem, hint in known:
        if found == one:
            return problem, hint
    return (
        f"{sum(label == IGNORED for label in found)} labels are -100, and the prompt has {prompt} tokens",
        "`[-100] * len(prompt) + answer`, where `answer` ends with the end of the text",
    )


@cache
def continued(split: Split | Literal["hidden"], count: int) -> Continued:
    """The first notes of a split, as the notebook collates them."""
    some = notes.hidden() if split == "hidden" else notes.load(split)
    rows = [encoded(text, record) for text, record in some[:count]]
    public = _inputs([encoded(text, record)[0] for text, record in notes.load("train")[:2]])
    return Continued(
        **_inputs([ids for ids, _ in rows]),
        labels=_padded([labels for _, labels in rows], IGNORED),
        probe=public,
    )


def _inputs(rows: Sequence[list[int]]) -> dict[str, torch.Tensor]:
    ids = _padded(rows, tokenizer().pad_token_id)
    return {"input_ids": ids, "attention_mask": _padded([[1] * len(row) for row in rows], 0)}


def _padded(rows: Sequence[list[int]], value: int) -> torch.Tensor:
    tensors = [torch.tensor(row) for row in rows]
    return pad_sequence(tensors, batch_first=True, padding_value=value)
