"""Makes a course of three public notebooks: ``python -m tests.authoring.public.convert NOTEBOOKS COURSE``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.authoring.converting import making
from tests.authoring.converting.making import Made, Plan
from tests.authoring.public import ants_and_bees, beside, paraphrases, perceptron_lora

OURS = Path(__file__).parent / "course"
PLANS = tuple(
    Plan(module.NAME, module.NOTEBOOK, module.STEPS, module.THRESHOLD, lay)
    for module, lay in (
        (ants_and_bees, beside.insects),
        (perceptron_lora, beside.nothing),
        (paraphrases, beside.pairs),
    )
)


def convert(notebooks: Path, root: Path) -> Made:
    """Make the course at `root` of the three in the folder `notebooks`. Raises NotFound."""
    return making.make(PLANS, OURS, notebooks, root)


def main(arguments: list[str]) -> int:
    """Convert, and say what was substituted."""
    return making.main(convert, "tests.authoring.public.convert", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
