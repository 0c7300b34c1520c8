"""Checks of what a model is fed: transforms, which are called on made-up pictures, and data loaders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed, passed_unless
from tlgrader.checks.narrowing import another_kind, narrow, narrow_observation
from tlgrader.checks.wording import counted, describe, name_of
from tlgrader.evidence.kinds import CallableEvidence, LoaderEvidence, Missing
from tlgrader.evidence.observation import Observation, to_argument

if TYPE_CHECKING:
    import torch

SIDE = 96
"""Pixels a side of the pictures that are sent through a transform."""
COPIES = 12
"""Of one picture: a flip alone leaves all of them alike once in two thousand times. At 120 pixels they are 2 MB."""
TOLERANCE = 0.02
"""Five grey levels of 255, for a transform that resizes by another rule or rounds in between."""
ALIKE = 1e-5


class _Unusable(Exception):
    """The function did not return pictures; its message says what it did."""


@check
def normalised(
    transform: object, *, size: int, mean: float = 0.5, std: float = 0.5, weight: float = 1.0
) -> Finding:
    """``transform(pictures)`` turns uint8 pictures (N, 3, 96, 96) into float32 (N, 3, `size`, `size`), normalised.

    A black picture must come out as ``(0 - mean) / std``; a white one as ``(1 - mean) / std`` or, where
    colours are changed at random, darker than that, but not black.
    """
    expected = (
        f"float32 pictures of shape (3, {size}, {size}), normalised: black is {(0 - mean) / std:.2f} and white at "
        f"most {(1 - mean) / std:.2f}"
    )
    hint = (
        "`v2.ToDtype(torch.float32, scale=True)` maps 0 … 255 to 0 … 1; "
        f"`v2.Normalize([{mean}] * 3, [{std}] * 3)` comes after it"
    )
    try:
        black, white = _answers(transform, _plain_pictures())
    except _Unusable as error:
        return failed(Strength.queried, str(error), expected, hint)
    if tuple(black.shape) != (3, size, size):
        return failed(
            Strength.queried, f"a picture comes out with shape {tuple(black.shape)}", expected, hint
        )
    lowest, highest = black.median().item(), white.median().item()
    problems = _range_problems(lowest, highest, (0 - mean) / std, (1 - mean) / std)
    observed = f"float32 pictures of shape (3, {size}, {size}), black is {lowest:.2f}, white {highest:.2f}"
    return passed_unless(problems, Strength.queried, observed, expected, hint)


def _range_problems(lowest: float, highest: float, black: float, white: float) -> list[str]:
    problems = []
    if not abs(lowest - black) <= TOLERANCE:
        problems.append(f"a black picture comes out as {lowest:.2f}")
    if not (black + white) / 2 <= highest <= white + TOLERANCE:
        problems.append(f"a white picture comes out as {highest:.2f}")
    return problems


@check
def randomness(transform: object, *, random: bool, weight: float = 1.0) -> Finding:
    """``transform(pictures)`` treats each picture at random, so that copies of one come out different; or never.

    For a DataLoader, it is the ``transform`` of its dataset that is called.
    """
    expected = "copies of one picture come out " + ("different" if random else "all the same")
    try:
        answers = _answers(transform, _copies())
    except _Unusable as error:
        hint = "call it on one picture in a cell of your own, and look at what comes out"
        return failed(Strength.queried, str(error), expected, hint)
    kinds = _different(answers)
    observed = f"{COPIES} copies of one picture come out " + (
        "all the same" if kinds == 1 else f"in {kinds} different ways"
    )
    if (kinds > 1) is random:
        return passed(Strength.queried, observed, expected)
    return failed(Strength.queried, observed, expected, _RANDOM_HINT if random else _FIXED_HINT)


_RANDOM_HINT = (
    "training pictures are varied, as by `v2.RandomHorizontalFlip()`; is this the transform for training?"
)
_FIXED_HINT = (
    "what is measured must not depend on chance: no random transform here; is this the one for evaluation?"
)


@check
def loader(loader: object, *, examples: int, batch_size: int, shuffled: bool, weight: float = 1.0) -> Finding:
    """A DataLoader visits so many examples an epoch, in batches of `batch_size`, shuffled or in order."""
    evidence, name = narrow(loader, LoaderEvidence, "loader"), name_of(loader, "loader")
    expected = f"{examples} examples an epoch in batches of {batch_size}, {_order(shuffled)}"
    problems = [
        *_not(evidence.examples, examples, f"an epoch of `{name}` has {_known(evidence.examples)} examples"),
        *_not(evidence.batch_size, batch_size, f"its batches have {_known(evidence.batch_size)} examples"),
        *_not(evidence.shuffled, shuffled, f"it visits them {_order(evidence.shuffled)}"),
        *_lost(evidence),
    ]
    observed = (
        f"{evidence.examples} examples in batches of {evidence.batch_size}, {_order(evidence.shuffled)}"
    )
    hint = f"`DataLoader(dataset, batch_size={batch_size}" + (", shuffle=True)`" if shuffled else ")`")
    return passed_unless(problems, Strength.claimed, observed, expected, hint)


@check
def labelled_as(loader: object, labels: object, *, others: object = None, weight: float = 1.0) -> Finding:
    """The dataset of a DataLoader holds examples with these `labels`, in this order: it is the split that it should be.

    `others` are the labels of the split that it may be taken for, such as the one that is trained on.
    """
    observation, evidence = narrow_observation(loader, LoaderEvidence, "loader")
    wanted, expected = _numbers(labels), "the examples of this split, in the order in which they are given"
    answer = observation.source.call(evidence.handle, [])
    if isinstance(answer, Missing):
        said = f"its examples have no labels:{answer.reason.partition(' raised')[2]}"
        return failed(Strength.queried, said, expected, "each example is a pair, of an input and its label")
    found = _numbers(to_argument(Observation("labels", answer, observation.source)))
    if found == wanted:
        return passed(Strength.queried, f"{len(found)} examples of this split", expected)
    if others is not None and found and found == _numbers(others)[: len(found)]:
        hint = "these are the examples of the other split: what is measured on them says nothing of new ones"
        return failed(Strength.queried, f"{len(found)} examples of the other split", expected, hint)
    hint = "make the dataset of all pictures and labels of this split, and of no others"
    return failed(Strength.queried, f"{len(found)} examples with other labels", expected, hint)


def _numbers(labels: object) -> list[int]:
    """Labels as a list; an empty one where they are none."""
    plain = labels.tolist() if hasattr(labels, "tolist") else labels
    return [int(one) for one in plain] if isinstance(plain, list | tuple) else []


def _not(seen: object, wanted: object, words: str) -> list[str]:
    return [] if seen == wanted else [words]


def _known(number: int | None) -> str:
    return "an unknown number of" if number is None else str(number)


def _order(shuffled: bool | None) -> str:
    if shuffled is None:
        return "in an order that its own sampler makes"
    return "in a new random order each epoch" if shuffled else "in the order in which they are stored"


def _lost(evidence: LoaderEvidence) -> list[str]:
    if not (evidence.drop_last and evidence.examples and evidence.batch_size):
        return []
    left = evidence.examples % evidence.batch_size
    return [f"`drop_last` leaves out {counted(left, 'example')}"] if left else []


def _answers(transform: object, pictures: torch.Tensor) -> torch.Tensor:
    """What `transform` returns for `pictures`, a float32 picture each. Raises NotThere and _Unusable."""
    import torch

    observation, handle = _callable(transform)
    answer = observation.source.call(handle, [pictures])
    if isinstance(answer, Missing):
        raise _Unusable(_raised(observation, answer))
    value = to_argument(Observation("result", answer, observation.source))
    if not isinstance(value, torch.Tensor):
        raise _Unusable(
            f"`{observation.name}` returned {describe(value)}, pictures in one tensor were expected"
        )
    if value.dtype != torch.float32 or value.dim() != 4 or len(value) != len(pictures):
        kind = str(value.dtype).removeprefix("torch.")
        raise _Unusable(f"`{observation.name}` returned {kind} of shape {tuple(value.shape)}")
    return value


def _raised(called: Observation, answer: Missing) -> str:
    """A function says its own name; the transform of a loader's dataset has none but the loader's."""
    of_loader = isinstance(called.evidence, LoaderEvidence)
    return f"`{called.name}`: its dataset's {answer.reason}" if of_loader else answer.reason


def _callable(transform: object) -> tuple[Observation, int]:
    """What is to be called: a function, or the transform of a loader's dataset. Raises NotThere."""
    if isinstance(transform, Observation) and isinstance(transform.evidence, LoaderEvidence):
        return transform, transform.evidence.handle
    if isinstance(transform, Observation) and isinstance(transform.evidence, CallableEvidence | Missing):
        observation, evidence = narrow_observation(transform, CallableEvidence, "transform")
        return observation, evidence.handle
    wanted, name = "a function or a DataLoader", name_of(transform, "transform")
    raise another_kind(transform, "transform", wanted, f"`{name}` is {wanted}")


def _plain_pictures() -> torch.Tensor:
    """A black picture and a white one, uint8."""
    import torch

    return (
        torch.tensor([0, 255], dtype=torch.uint8)[:, None, None, None].expand(2, 3, SIDE, SIDE).contiguous()
    )


def _copies() -> torch.Tensor:
    """One picture several times, uint8, in which colour and brightness differ from place to place."""
    import torch

    ramp = torch.linspace(0, 255, SIDE)
    picture = torch.stack([ramp.expand(SIDE, SIDE), ramp.expand(SIDE, SIDE).T, 255 - ramp.expand(SIDE, SIDE)])
    return picture.to(torch.uint8).expand(COPIES, 3, SIDE, SIDE).contiguous()


def _different(answers: torch.Tensor) -> int:
    """How many of the pictures are unlike each one before them."""
    kinds: list[torch.Tensor] = []
    for picture in answers:
        if all((picture - other).abs().max() > ALIKE for other in kinds):
            kinds.append(picture)
    return len(kinds)
