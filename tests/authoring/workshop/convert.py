"""Makes a course of the workshop's two notebooks: ``python -m tests.authoring.workshop.convert NOTEBOOKS COURSE``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.authoring.converting import making
from tests.authoring.converting.making import Made, Plan
from tests.authoring.workshop import beside, fine_tuning, lora

OURS = Path(__file__).parent / "course"
PLANS = (
    Plan(
        fine_tuning.NAME,
        fine_tuning.NOTEBOOK,
        fine_tuning.STEPS,
        fine_tuning.THRESHOLD,
        beside.fine_tuning_notebook,
    ),
    Plan(lora.NAME, lora.NOTEBOOK, lora.STEPS, lora.THRESHOLD, beside.lora_notebook),
)


def convert(notebooks: Path, root: Path) -> Made:
    """Make the course at `root` of the notebooks and ``helpers.py`` in the folder `notebooks`. Raises NotFound."""
    return making.make(PLANS, OURS, notebooks, root)


def main(arguments: list[str]) -> int:
    """Convert, and say what was substituted."""
    return making.main(convert, "tests.authoring.workshop.convert", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
