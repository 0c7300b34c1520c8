"""What a grade cell found, as the outputs that a student and an assistant see beside it."""

from __future__ import annotations

from jinja2 import Environment
from nbformat import NotebookNode

from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.records.record import GradeRecord, Item

_MARKS = {Outcome.passed: "✓", Outcome.failed: "✗", Outcome.skipped: "–", Outcome.error: "!"}
_PARTLY = "◐"
_STRENGTHS = {
    Strength.recomputed: "recomputed by the grader from the submitted tensors",
    Strength.bitwise: "compared bit for bit with known tensors",
    Strength.queried: "answered by the submission's own process",
    Strength.claimed: "as the submission reports it",
}
_HANDED_IN = ", from the training result that was handed in"

# Everything that comes from a submission is escaped: autoescape is on, and no value is marked safe.
_TABLE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
{% macro words(text) %}
{% set parts = text.split("`") %}
{% for part in parts if parts | length is odd %}
{%- if loop.index is even %}<code>{{ part }}</code>{% else %}{{ part }}{% endif -%}
{% else %}
{{- text -}}
{% endfor %}
{% endmacro %}
<div class="tlgrader">
<p><b>{{ score }}</b></p>
<table class="table table-condensed" style="width: 100%">
<thead><tr>
{% for head in heads %}
<th style="padding: 3px 12px 3px 0; text-align: left">{{ head }}</th>
{% endfor %}
</tr></thead>
<tbody>
{% for row in rows %}
<tr{% if row.mark != "✓" %} style="background: #fdf0e4"{% endif %}>
{% for text in row.texts %}
<td style="padding: 3px 12px 3px 0; text-align: left; vertical-align: top">{{ words(text) }}
{%- if loop.index0 == 2 and row.hint %}<br><i>{{ words(row.hint) }}</i>{% endif %}</td>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table>
</div>
""")
_HEADS = ("", "check", "what was seen", "what was expected", "evidence")


def outputs_for(grade: GradeRecord) -> list[NotebookNode]:
    """One rich output: a table for a browser, plain text for everything else."""
    data = {"text/plain": as_text(grade), "text/html": as_html(grade)}
    return [NotebookNode(output_type="display_data", data=NotebookNode(data), metadata=NotebookNode())]


def as_text(grade: GradeRecord) -> str:
    """The items of a grade cell, a line or two each."""
    lines = [score_line(grade)]
    for item in grade.items:
        lines += text_of(item.finding, item.id.split("/", 1)[-1])
    return "\n".join(lines)


def text_of(finding: Finding, name: str) -> list[str]:
    """A finding in lines: what was seen and, where it did not pass, what was expected."""
    lines = [f"{_mark(finding)} {name}: {finding.observed}"]
    if _is_partly_earned(finding):
        lines.append(f"    earns {finding.share:.0%} of its points")
    if finding.outcome is not Outcome.passed:
        lines.append(f"    expected: {finding.expected}")
        if finding.hint:
            lines.append(f"    {finding.hint}")
    return lines


def as_html(grade: GradeRecord) -> str:
    """The items of a grade cell as a table."""
    return _TABLE.render(score=score_line(grade), heads=_HEADS, rows=[_row(item) for item in grade.items])


def score_line(grade: GradeRecord) -> str:
    """The score in words."""
    if grade.score is None:
        why = grade.waits or "a check could not be made"
        return f"a person grades this cell, of {grade.points:g} points: {why}"
    return f"{grade.score:.4g} of {grade.points:g} points"


def _is_partly_earned(finding: Finding) -> bool:
    return 0 < finding.share < 1


def _mark(finding: Finding) -> str:
    return _PARTLY if _is_partly_earned(finding) else _MARKS[finding.outcome]


def _row(item: Item) -> dict[str, object]:
    finding = item.finding
    mark = _mark(finding)
    name = item.id.split("/", 1)[-1]
    texts = (
        f"{mark} {finding.share:.0%} of its points"
        if _is_partly_earned(finding)
        else f"{mark} {finding.outcome}",
        name,
        finding.observed,
        finding.expected,
        _STRENGTHS[finding.strength] + (_HANDED_IN if item.handed_in else ""),
    )
    return {"mark": mark, "texts": texts, "hint": finding.hint}
