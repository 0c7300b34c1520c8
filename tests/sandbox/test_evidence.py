"""What the judge asks of a worker comes as evidence, and hostile objects cost an answer, never the worker."""

import pytest
import torch

from tests.sandbox.cells import run
from tlgrader.evidence.digest import digest
from tlgrader.evidence.kinds import (
    Array,
    CallableEvidence,
    Missing,
    ModelEvidence,
    Opaque,
    OptimizerEvidence,
    Value,
)
from tlgrader.sandbox.handle import Worker
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import Slot, Unanswered
from tlgrader.sandbox.wall import find


def test_names_are_resolved_and_described(worker: Worker) -> None:
    run(
        worker,
        "import torch\nclass Module: pass\nmodule, x = Module(), [1, 2.5]\n"
        "module.model = torch.nn.Linear(2, 3)",
    )
    seen = worker.observe(["module.model", "x", "nothing", "module.other", "len"])
    assert isinstance(seen["module.model"], ModelEvidence)
    assert seen["x"] == Value([1, 2.5])
    assert seen["nothing"] == Missing("NameError: name 'nothing' is not defined")
    assert isinstance(seen["module.other"], Missing)
    assert "no attribute 'other'" in seen["module.other"].reason
    assert isinstance(seen["len"], CallableEvidence)


def test_tensors_are_fetched_by_what_they_hold(worker: Worker) -> None:
    run(worker, "import torch\nx = torch.arange(6, dtype=torch.bfloat16).reshape(2, 3).T")
    seen = worker.observe(["x"])["x"]
    assert isinstance(seen, Array)
    tensor = worker.tensor(seen.tensor.digest)
    assert digest(tensor) == seen.tensor.digest
    assert tensor.dtype == torch.bfloat16
    with pytest.raises(KeyError):
        worker.tensor("0" * 64)


def test_logits_are_those_of_the_model(worker: Worker) -> None:
    run(worker, "import torch\nmodel = torch.nn.Linear(2, 3)")
    model = worker.observe(["model"])["model"]
    assert isinstance(model, ModelEvidence)
    tensors = {p.name: worker.tensor(p.digest) for p in model.parameters}
    x = torch.ones(4, 2)
    expected = torch.nn.functional.linear(x, tensors["weight"], tensors["bias"])
    assert torch.equal(worker.logits(model.handle, {"x": x}), expected)
    with pytest.raises(Unanswered, match="RuntimeError"):
        worker.logits(model.handle, {"x": torch.ones(4, 5)})
    assert run(worker, "1").status == "ok"


def test_functions_are_called_with_plain_data_and_tensors(worker: Worker) -> None:
    run(worker, "def twice(x, y=0): return x * 2\ndef fails(x): raise ValueError('no')")
    seen = worker.observe(["twice", "fails"])
    twice, fails = seen["twice"], seen["fails"]
    assert isinstance(twice, CallableEvidence)
    assert isinstance(fails, CallableEvidence)
    assert worker.call(twice.handle, [(1, float("inf"))]) == Value({"$tuple": [1, {"$float": "inf"}] * 2})
    assert isinstance(worker.call(twice.handle, [torch.ones(2), 3]), Array)
    assert isinstance(worker.call(fails.handle, [1]), Missing)


def test_keys_and_positions_are_followed_where_the_objects_live(worker: Worker) -> None:
    run(
        worker,
        "import torch\nfrom torch import nn\nmodel = nn.Sequential(nn.Linear(2, 3))\n"
        "class Trainer: optimizers = [torch.optim.SGD(model.parameters(), lr=0.1)]\n"
        "trainer, models = Trainer(), {'small': model}",
    )
    paths = ["models['small']", "trainer.optimizers[-1]", "models['large']", "trainer.optimizers[1].x"]
    seen = worker.observe(paths)
    assert isinstance(seen[paths[0]], ModelEvidence)
    assert isinstance(seen[paths[1]], OptimizerEvidence)
    assert seen[paths[2]] == Missing("`models` has no key 'large'; it has 'small'")
    assert seen[paths[3]] == Missing("`trainer.optimizers` has no entry 1; it has 1 entry")


ENTRIES = """
import sys, time
class Exits(dict):
    def __getitem__(self, key): sys.exit(3)
class Lies(list):
    def __getitem__(self, key): raise IndexError("\\ud800" * 9)
    def __len__(self): raise KeyboardInterrupt
class Waits(dict):
    def __getitem__(self, key): time.sleep(600)
LongName = type("L" * 1_000_000, (), {"__getitem__": lambda self, key: {}[key]})
exits, lies, waits, long = Exits(a=1), Lies(), Waits(), LongName()
"""


def test_an_entry_that_raises_or_never_comes_costs_an_answer_only() -> None:
    with Slot(find(), Limits(cell_s=2)) as slot, slot.worker(seed=1) as worker:
        run(worker, ENTRIES)
        seen = worker.observe(["exits['a']", "lies[0]", "long['x']"])
        assert seen["exits['a']"] == Missing("SystemExit: 3")
        assert isinstance(seen["lies[0]"], Missing)
        assert isinstance(seen["long['x']"], Missing)
        late = worker.observe(["waits['a']"])["waits['a']"]
        assert isinstance(late, Missing)
        assert "took longer than 2 s" in late.reason
        assert run(worker, "1").status == "ok"


HOSTILE = """
class Hostile:
    @property
    def model(self): raise SystemExit(4)
    def __getattribute__(self, name): raise KeyboardInterrupt(name)
    def __repr__(self): raise MemoryError
    def __len__(self): return -1
class Raises:
    @property
    def model(self): raise SystemExit(4)
hostile, raises = Hostile(), Raises()
deep = []
for _ in range(100_000): deep = [deep]
"""


def test_hostile_objects_are_described_as_far_as_can_be(worker: Worker) -> None:
    run(worker, HOSTILE)
    seen = worker.observe(["hostile", "raises.model", "hostile.model", "deep"])
    assert all(isinstance(evidence, Missing | Opaque) for evidence in seen.values()), seen
    assert run(worker, "1").status == "ok"


def test_an_object_that_never_answers_is_interrupted(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "_answer_s", 0.3)
    with slot.worker(seed=1) as worker:
        run(
            worker,
            "class Slow:\n    @property\n    def model(self):\n        while True: pass\nslow = Slow()",
        )
        seen = worker.observe(["slow.model"])["slow.model"]
        assert isinstance(seen, Missing)
        assert "longer than 0.3 s" in seen.reason
        assert run(worker, "1").status == "ok"


def test_of_a_dead_worker_everything_is_missing(worker: Worker) -> None:
    reason = run(worker, "import os\nos._exit(3)").reason
    assert worker.observe(["model"]) == {"model": Missing(reason)}
    assert worker.call(0, []) == Missing(reason)
    with pytest.raises(KeyError):
        worker.tensor("0" * 64)
    with pytest.raises(Unanswered):
        worker.logits(0, {})


def test_a_worker_that_changes_its_own_words_is_doubted(slot: Slot) -> None:
    with slot.worker(seed=1) as worker:
        run(worker, "import tlgrader.sandbox.worker as w\nw.Worker._tell = lambda *a: (w.Done('ok'), None)")
        assert worker.observe(["x"]) == {"x": Missing("its process sent something that is not understood")}
        assert run(worker, "1").status == "dead"
