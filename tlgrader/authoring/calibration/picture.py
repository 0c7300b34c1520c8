"""The distributions as a picture: every run of every sample, the threshold, the grey zone."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tlgrader.authoring.calibration.fresh import Proof
from tlgrader.authoring.calibration.rates import Calibrated, Side
from tlgrader.records.record import write_atomically

# Blue and orange are told apart by colour-blind readers, too.
_RIGHT, _WEAK, _ZONE = "#2468a8", "#d9731a", "#999999"
_ROW_INCHES, _MARGIN_INCHES, _WIDTH_INCHES = 0.3, 1.35, 9.0


def draw(
    exercise: str, found: Mapping[str, Calibrated], path: Path, proven: Mapping[str, Proof] | None = None
) -> None:
    """Write a PNG to `path`: one panel a measure, right solutions above, weak ones below, nearest innermost."""
    rows = [len(one.correct.runs) + len(one.weak.runs) for one in found.values()]
    heights = [_ROW_INCHES * count + _MARGIN_INCHES for count in rows]
    figure = Figure(figsize=(_WIDTH_INCHES, sum(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(found), squeeze=False, height_ratios=heights)[:, 0]
    for axes, (name, one) in zip(panels, found.items(), strict=True):
        _panel(axes, f"{exercise}: {name}", one, (proven or {}).get(name))
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110, metadata={"Software": None})
    write_atomically(path, content.getvalue())


def _panel(axes: Axes, title: str, one: Calibrated, proven: Proof | None) -> None:
    low, high = one.zone
    axes.axvspan(low, high, color=_ZONE, alpha=0.3, lw=0, label=f"grey zone {low:.2f} to {high:.2f}")
    axes.axvline(one.threshold, color="black", lw=1.4, label=f"threshold {one.threshold:.2f}")
    # From the top: right solutions, the weakest last; then weak ones, the strongest first.
    labels = _rows(axes, list(reversed(one.correct.runs.items())), 0, _RIGHT, "right solutions")
    labels += _rows(axes, list(one.weak.runs.items()), len(labels), _WEAK, "weak solutions")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.grid(axis="y", color="#e4e4e4", lw=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"{title}, each dot one run")
    axes.set_title(_rates(one, proven), loc="left", fontsize=9)
    # Below the axis's label, however high the panel is: the distance is in heights of a letter.
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=4.6, ncols=4, frameon=False, fontsize=8
    )


def _rows(
    axes: Axes, samples: Sequence[tuple[str, Sequence[float]]], start: int, colour: str, label: str
) -> list[str]:
    points = [(value, row) for row, (_, values) in enumerate(samples, start) for value in values]
    x, y = zip(*points, strict=True)
    axes.scatter(x, y, s=26, color=colour, alpha=0.55, lw=0, zorder=3, label=label)
    return [sample for sample, _ in samples]


def _rates(one: Calibrated, proven: Proof | None) -> str:
    """What is estimated from the seeds that chose the threshold, and what fresh ones bound."""
    return (
        f"estimated: right solutions that fail {_rate(one.correct)}; weak ones that pass {_rate(one.weak)}\n"
        f"on fresh seeds: {_fresh(proven)}"
    )


def _rate(side: Side) -> str:
    low, high = side.between
    return f"{side.estimated:.2%} ({low:.2%} to {high:.2%})"


def _fresh(proven: Proof | None) -> str:
    if proven is None:
        return "nothing yet"
    right, weak = proven.correct, proven.weak
    return (
        f"{right.wrong} of {right.total} right ones fail, so at most {right.bound:.1%}; "
        f"{weak.wrong} of {weak.total} weak ones pass, so at most {weak.bound:.1%}"
    )
