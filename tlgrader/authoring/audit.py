"""The audit: checks are proven by submissions whose verdicts are known, and by mutants, which are all wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tlgrader.authoring.mutation import explanations, matching, mutants
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.grading.job import Job
from tlgrader.grading.pool import Pool
from tlgrader.notebook.corpus import Sample, as_submission, read_corpus
from tlgrader.notebook.exercise import Exercise, Role, read_exercise
from tlgrader.records.record import Item, Record, Status

RELEASED = "released"
"""The name of the notebook as it is handed out, which an audit grades beside the corpus."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A sample, its record, and where its verdict is not what the sample's file says."""

    sample: Sample
    record: Record
    surprises: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: the items that killed it, or none, and why it is no mistake where the author says so."""

    mutant: Sample
    killed_by: tuple[str, ...]
    problem: str = ""
    """Why nothing can be said of it; empty where something can."""
    explained: str = ""

    @property
    def survives(self) -> bool:
        """It has all automatic points."""
        return not self.killed_by and not self.problem


@dataclass(frozen=True, slots=True)
class Kills:
    """What one item did over the corpus: the samples that failed it, and how many passed it."""

    item: str
    failed_by: tuple[str, ...]
    passed: int

    @property
    def verdict(self) -> str:
        """Empty for an item that tells right from wrong, else what is wrong with it."""
        if not self.failed_by:
            return "useless: no wrong submission fails it"
        return "" if self.passed else "broken: nothing passes it"


@dataclass(frozen=True, slots=True)
class Cohort:
    """What an audit grades: the corpus and the notebook as it is handed out, the mutants, and what is said of these."""

    exercise: str
    reference: Sample
    corpus: tuple[Sample, ...]
    mutants: tuple[Sample, ...]
    explanations: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.corpus) + len(self.mutants)


def cohort(course: Course, exercise: str, *, mutate: bool) -> Cohort:
    """The corpus of an exercise and, with `mutate`, the mutants of its reference.

    Raises:
        AuthorError: the exercise, its corpus or its explanations are wrong.
    """
    source = read_exercise(course.source(exercise))
    corpus = (*read_corpus(course, exercise), released(source))
    if not mutate:
        return Cohort(exercise, corpus[0], corpus, (), {})
    wrong = mutants(source, corpus[0])
    return Cohort(exercise, corpus[0], corpus, wrong, explanations(course, exercise))


def released(exercise: Exercise) -> Sample:
    """The notebook as it is handed out: whoever hands that in has done nothing."""
    cells = {cell.id: cell.released for cell in exercise.cells if cell.role in (Role.student, Role.written)}
    return Sample(RELEASED, "Handed in as it was handed out.", cells)


def only(these: Cohort, pattern: str) -> Cohort:
    """The submissions of a cohort whose names match a pattern of the shell (``fail__*``), without mutants.

    Raises:
        AuthorError: no name matches.
    """
    corpus = tuple(sample for sample in these.corpus if fnmatchcase(sample.name, pattern))
    if not corpus:
        raise AuthorError(f"no submission of {these.exercise} is called like `{pattern}`")
    return Cohort(these.exercise, these.reference, corpus, (), {})


def audit(pool: Pool, course: Course, these: Cohort) -> Iterator[Audited | Fate]:
    """Grade a cohort, yielding each sample and each mutant as it is done.

    Raises:
        AuthorError: the exercise is wrong.
    """
    source = read_exercise(course.source(these.exercise))
    samples = {sample.name: sample for sample in these.corpus}
    wrong = {mutant.name: mutant for mutant in these.mutants}
    everyone = [*these.corpus, *these.mutants]
    jobs = (Job(these.exercise, as_submission(source, one, these.reference)) for one in everyone)
    for graded in pool.grade(jobs):
        name = graded.record.student
        if name in samples:
            yield Audited(samples[name], graded.record, surprises(samples[name], graded.record))
        else:
            yield fate(wrong[name], graded.record, these.explanations)


def surprises(sample: Sample, record: Record) -> tuple[str, ...]:
    """Where a record is not what its sample's file says, in sentences."""
    if record.status is not Status.graded:
        return (record.reason,)
    items = record.items()
    if sample.kind == RELEASED:
        return tuple(_unearned(items))
    found = [
        f"{id} was to be {sample.verdict.get(id, 'passed')}, but {item.finding.outcome}: {item.finding.observed}"
        for id, item in items.items()
        if item.finding.outcome != sample.verdict.get(id, Outcome.passed)
    ]
    found += [
        f"{id} is named in the verdict, but there is no such item"
        for id in dict.fromkeys((*sample.verdict, *sample.says))
        if id not in items
    ]
    return (*found, *_unsaid(sample, items))


def _unearned(items: Mapping[str, Item]) -> Iterator[str]:
    """Items that a notebook passes in which nothing was done, or that cannot be judged there."""
    for id, item in items.items():
        finding = item.finding
        if finding.outcome is Outcome.error:
            yield f"{id} ended in error where nothing was done: {finding.observed}"
        elif finding.share and finding.weight:
            yield (
                f"{id} earns points where nothing was done: {finding.observed}. Say what it proves nothing without "
                "(`proves_nothing_without`), or give it no weight"
            )


def _unsaid(sample: Sample, items: Mapping[str, Item]) -> Iterator[str]:
    """Words that the student should have read of an item, and what there is to read."""
    for id, wanted in sample.says.items():
        finding = items[id].finding if id in items else None
        read = " ".join(f"{finding.observed} {finding.hint}".split()) if finding else ""
        yield from (
            f"{id} was to say `{words}`, but says: {read}"
            for words in wanted
            if finding and words not in read
        )


def kills(audited: Sequence[Audited]) -> list[Kills]:
    """What every item did, over all samples that somebody wrote, but for baselines, whose business is calibration."""
    outcomes: dict[str, dict[str, Outcome]] = {}
    for one in audited:
        if one.sample.kind not in ("baseline", RELEASED):
            for id, item in one.record.items().items():
                outcomes.setdefault(id, {})[one.sample.name] = item.finding.outcome
    return [
        Kills(
            id,
            tuple(sorted(name for name, outcome in by_sample.items() if outcome is Outcome.failed)),
            sum(outcome is Outcome.passed for outcome in by_sample.values()),
        )
        for id, by_sample in outcomes.items()
    ]


def not_rebuilt(audited: Sequence[Audited]) -> tuple[str, ...]:
    """Items of the reference whose figures its own process gave, since its model was not rebuilt; with the reason."""
    reference = next((one.record for one in audited if one.sample.kind == "reference"), None)
    items = reference.items() if reference else {}
    return tuple(
        f"{id}: {item.finding.observed}"
        for id, item in items.items()
        if item.finding.strength is Strength.queried and item.finding.measured
    )


def fate(mutant: Sample, record: Record, why: Mapping[str, str]) -> Fate:
    """What became of a mutant. An item that ends in error is a problem: no student's mistake may break a check."""
    outcomes = {id: item.finding for id, item in record.items().items()}
    if record.status is not Status.graded:
        return Fate(mutant, (), problem=record.reason)
    for id, finding in outcomes.items():
        if finding.outcome is Outcome.error:
            return Fate(mutant, (), problem=f"{id} ended in error: {finding.observed}")
    if record.score == record.points:
        return Fate(mutant, (), explained=why.get(matching(why, mutant.name) or "", ""))
    failed = tuple(id for id, finding in outcomes.items() if finding.outcome is Outcome.failed)
    skipped = tuple(id for id, finding in outcomes.items() if finding.outcome is Outcome.skipped)
    return Fate(mutant, failed or skipped)


def unused(why: Mapping[str, str], fates: Sequence[Fate]) -> list[str]:
    """The patterns of explanations that no surviving mutant's name matches."""
    used = {matching(why, one.mutant.name) for one in fates if one.survives}
    return [pattern for pattern in why if pattern not in used]
