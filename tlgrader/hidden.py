"""What a hidden test is written with: the one module of the engine that `grader_tests/*.py` imports.

A hidden test is a function that takes observations, and returns a finding or a value to keep. It runs in the judge,
where torch and the hidden data are, and never where a student's code runs. The visible checks are in
`tlgrader.checks`; a hidden test may call them, too.

**A check of one's own.** `check` names and weighs a function's findings, and turns `NotThere` into a failed one.
`passed`, `failed`, `skipped` and `passed_unless` make findings, each of a `Strength`; `weaker` is the weakest of
several.

**What another item has to show first.** `needs` skips a check where another one did not pass;
`proves_nothing_without` skips it only where it passed, since then that shows nothing.

**What arrives.** Plain data arrive as they are, all else as an `Observation` with its evidence. `narrow` and
`narrow_observation` ask for a kind of evidence, `require_present` for anything at all, and `asked` a student's function
for what it returns; they raise `NotThere`. `another_kind` makes one for what is there, and is not what was expected.
`Observer` observes an object of the judge's own, so that it can be measured as a student's is.

**What is measured of a model**, on `Labelled` data: the checks `accuracy`, `gain`, `retained` and `labelled_by`; the
numbers `loss`, `measured_accuracy` and `measured`, which `checks.learned`, `gain` and `retained` compare. Of a
decoder, on prompts and what is to follow (`Continued`, where labels that are `IGNORED` do not count): the check
`exact_answers` and the number `token_loss`.
`threshold` is what calibration wrote into ``reference.json``; `on_a_scale` gives points in proportion, by a `Scale` or
the one that calibration wrote there, which `scale` reads. What a model of the judge's own is asked runs in
`one_thread`, so that it answers the same on every machine.

**What was there before**: `digest` of a tensor, `statistics_of` batch norm and `statistics_kept`, `pristine` the
declared architecture as nobody has changed it, `is_buffer` of a pretrained tensor's name.

**Words**: `counted`, `listed`, `describe`, `name_of`; `word` of an answer. **Metrics**: `confusion` and `scored`.
"""

from tlgrader.architectures.pristine import pristine
from tlgrader.checks.adapting_domains import Digests, statistics_kept, statistics_of
from tlgrader.checks.answering import word
from tlgrader.checks.calling import asked
from tlgrader.checks.declaring import check, needs, proves_nothing_without
from tlgrader.checks.finding import (
    Finding,
    Measured,
    Outcome,
    Scale,
    Strength,
    failed,
    passed,
    passed_unless,
    skipped,
    weaker,
)
from tlgrader.checks.measuring import MATRIX, SCORES, confusion, scored
from tlgrader.checks.narrowing import (
    NotThere,
    another_kind,
    narrow,
    narrow_observation,
    require_present,
)
from tlgrader.checks.pretrained import is_buffer
from tlgrader.checks.scaling import on_a_scale
from tlgrader.checks.wording import counted, describe, listed, name_of
from tlgrader.evidence.digest import digest
from tlgrader.evidence.kinds import (
    CallableEvidence,
    FolderEvidence,
    LoaderEvidence,
    LoraConfigEvidence,
    Missing,
    ModelEvidence,
    Opaque,
    OptimizerEvidence,
)
from tlgrader.evidence.observation import NotAsDescribed, Observation
from tlgrader.evidence.observe import Observer
from tlgrader.judging.references import scale, threshold
from tlgrader.models.answers import one_thread
from tlgrader.models.comparing import gain, retained
from tlgrader.models.continuing import IGNORED, Continued, exact_answers, token_loss
from tlgrader.models.evaluate import Labelled, accuracy, loss, measured, measured_accuracy
from tlgrader.models.labelling import labelled_by
from tlgrader.models.parity import PARITY

__all__ = [  # noqa: RUF022  (in the groups of the text above)
    # A check of one's own.
    "check",
    "Finding",
    "Outcome",
    "Strength",
    "passed",
    "failed",
    "skipped",
    "passed_unless",
    "weaker",
    # What another item has to show first.
    "needs",
    "proves_nothing_without",
    # What arrives.
    "Observation",
    "Observer",
    "CallableEvidence",
    "FolderEvidence",
    "LoaderEvidence",
    "LoraConfigEvidence",
    "Missing",
    "ModelEvidence",
    "Opaque",
    "OptimizerEvidence",
    "NotAsDescribed",
    "NotThere",
    "narrow",
    "narrow_observation",
    "require_present",
    "another_kind",
    "asked",
    # What is measured of a model.
    "Labelled",
    "Measured",
    "accuracy",
    "gain",
    "retained",
    "labelled_by",
    "Continued",
    "IGNORED",
    "exact_answers",
    "token_loss",
    "loss",
    "measured",
    "measured_accuracy",
    "threshold",
    "Scale",
    "scale",
    "on_a_scale",
    "one_thread",
    "PARITY",
    # What was there before.
    "Digests",
    "digest",
    "is_buffer",
    "pristine",
    "statistics_kept",
    "statistics_of",
    # Words and metrics.
    "counted",
    "describe",
    "listed",
    "name_of",
    "word",
    "MATRIX",
    "SCORES",
    "confusion",
    "scored",
]
