"""How a decoder goes on: the judge's one pass says what greedy decoding would write."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from tests.declared import declared
from tests.models.wire import Wire
from tests.models.zoo import LLAMA
from tlgrader.architectures import Architecture
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.models.continuing import IGNORED, Continued, exact_answers, token_loss

PAD, PROMPT, ANSWER, ROWS = 0, 4, 5, 6


@pytest.fixture(scope="module")
def decoder() -> Iterator[Any]:
    from transformers import AutoModelForCausalLM

    with declared({"llama": Architecture("transformers:AutoModelForCausalLM", {"config": LLAMA})}):
        torch.manual_seed(0)
        yield AutoModelForCausalLM.from_config(LLAMA).eval()


@pytest.fixture(scope="module")
def written(decoder: Any) -> Continued:
    """Prompts of several lengths, and what transformers' own greedy decoding writes after each."""
    generator = torch.Generator().manual_seed(1)
    rows, labels = [], []
    for number in range(ROWS):
        prompt = torch.randint(3, LLAMA.vocab_size, (PROMPT + number,), generator=generator)
        whole = decoder.generate(
            prompt[None], max_new_tokens=ANSWER, do_sample=False, eos_token_id=None, pad_token_id=PAD
        )[0]
        rows.append(whole)
        labels.append(torch.cat([torch.full_like(prompt, IGNORED), whole[len(prompt) :]]))
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
    mask = nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in rows], batch_first=True)
    said = nn.utils.rnn.pad_sequence(labels, batch_first=True, padding_value=IGNORED)
    return Continued(ids, mask, said, {"input_ids": ids[:2], "attention_mask": mask[:2]})


def _exact(model: nn.Module, data: Continued, threshold: float = 0.9) -> Finding:
    return exact_answers(Wire().observe(model), data, threshold=threshold, words=str)


def test_what_greedy_decoding_writes_is_exact(decoder: Any, written: Continued) -> None:
    finding = _exact(decoder, written)
    assert (finding.check, finding.outcome, finding.strength) == (
        "exact_answers",
        Outcome.passed,
        Strength.recomputed,
    )
    assert (finding.measured, finding.decided_by) == ({"exact": 1.0}, "exact")
    assert finding.observed == "100% are answered exactly"


@pytest.mark.parametrize("place", range(ANSWER))
def test_one_other_token_anywhere_makes_an_answer_wrong(decoder: Any, written: Continued, place: int) -> None:
    at = PROMPT + place
    ids, labels = written.input_ids.clone(), written.labels.clone()
    ids[0, at] = labels[0, at] = (ids[0, at] + 1) % LLAMA.vocab_size
    finding = _exact(decoder, Continued(ids, written.attention_mask, labels, written.probe))
    assert finding.outcome is Outcome.failed
    assert finding.measured == {"exact": pytest.approx(1 - 1 / ROWS)}
    assert "; one begins with " in finding.observed
    before = [int(token) for token in written.input_ids[0, PROMPT : at + 1]]
    assert f"one begins with '{before}'" in finding.observed


def test_the_loss_is_that_of_transformers(decoder: Any, written: Continued) -> None:
    measured = token_loss(Wire().observe(decoder), written)
    with torch.no_grad():
        expected = decoder(
            input_ids=written.input_ids, attention_mask=written.attention_mask, labels=written.labels
        ).loss
    assert measured.strength is Strength.recomputed
    assert measured.value == pytest.approx(expected.item(), rel=1e-5)


class Own(nn.Module):
    """A class of the notebook's own around the decoder."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, **batch: torch.Tensor) -> Any:
        return self.decoder(**batch)


class Copies(Own):
    """It writes whatever it is given: what stands next is always the likeliest."""

    def forward(self, **batch: torch.Tensor) -> Any:
        logits = super().forward(**batch).logits.clone()
        logits[:, :-1].scatter_(-1, batch["input_ids"][:, 1:].unsqueeze(-1), 1e3)
        return logits


@pytest.mark.parametrize("around", [Own, Copies])
def test_a_class_of_its_own_is_not_shown_the_answers_and_a_person_decides(
    decoder: Any, written: Continued, around: type[Own]
) -> None:
    wire = Wire()
    observed = wire.observe(around(decoder))
    finding = exact_answers(observed, written, threshold=0.9, words=str)
    assert finding.outcome is Outcome.error
    assert finding.observed.startswith("a person has to look: the model is a `")
    assert finding.observed.endswith("and its own process is not shown the answers")
    measured = token_loss(observed, written)
    assert measured.value is None
    assert measured.note.endswith("and its own process is not shown the answers")


def test_a_forward_that_was_replaced_is_not_shown_the_answers(decoder: Any, written: Continued) -> None:
    class Asked(Wire):
        def logits(self, handle: int, inputs: Any) -> torch.Tensor:
            assert inputs["input_ids"].shape[0] == 2, "more than the public probe was asked"
            return super().logits(handle, inputs)

    model = copy.deepcopy(decoder)
    model.forward = decoder
    assert exact_answers(Asked().observe(model), written, threshold=0.9, words=str).outcome is Outcome.error


def test_an_untrained_decoder_is_told_that_nothing_is_learned(decoder: Any, written: Continued) -> None:
    from transformers import AutoModelForCausalLM

    torch.manual_seed(5)
    finding = _exact(AutoModelForCausalLM.from_config(LLAMA), written)
    assert finding.measured == {"exact": 0.0}
    assert finding.hint.startswith("not even the form of an answer is learned")


def test_who_never_learned_to_stop_is_told_of_the_end_of_an_answer(decoder: Any, written: Continued) -> None:
    ids, labels = written.input_ids.clone(), written.labels.clone()
    for row in range(ROWS):
        last = PROMPT + row + ANSWER - 1
        ids[row, last] = labels[row, last] = (ids[row, last] + 1) % LLAMA.vocab_size
    finding = _exact(decoder, Continued(ids, written.attention_mask, labels, written.probe))
    assert finding.hint.startswith("80% of the answers' tokens are right, and no answer whole")


def test_logits_of_a_class_in_place_of_tokens_are_no_answers(written: Continued) -> None:
    class Classifier(nn.Module):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return torch.zeros(len(input_ids), 2)

    finding = _exact(Classifier(), written)
    assert finding.outcome is Outcome.skipped
    assert finding.observed.endswith("logits for each token were expected")
    assert token_loss(Wire().observe(Classifier()), written).value is None


def test_a_model_that_knows_fewer_tokens_is_no_answer_either(decoder: Any, written: Continued) -> None:
    few = copy.deepcopy(decoder)
    few.lm_head = nn.Linear(few.config.hidden_size, 3, bias=False)
    assert _exact(few, written).observed == "the model knows 3 tokens, and the answers have others"


def test_numbers_that_are_none_have_no_loss_and_a_model_that_raises_says_so(
    decoder: Any, written: Continued
) -> None:
    class Raises(Own):
        def forward(self, **batch: torch.Tensor) -> Any:
            raise ValueError("no")

    broken = copy.deepcopy(decoder)
    broken.lm_head.weight.data.fill_(float("nan"))
    measured = token_loss(Wire().observe(broken), written)
    assert measured.value is None
    assert measured.note.startswith("the model's logits are not finite")
    assert _exact(Raises(decoder), written).observed == "`model` cannot be run: ValueError: no"
    assert token_loss(None, written).note == "there is no model"
