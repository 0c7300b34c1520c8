"""Everything that set-up has to fetch, verify or make, once."""

from __future__ import annotations

from collections.abc import Iterator

from tlgrader.data.home import data_home


def install() -> Iterator[str]:
    """Fetch, verify and split the data, yielding a line for each; quick where it is all there.

    Raises:
        MachineError: there is no network, or what came is not what was expected.
    """
    from tlgrader.data import digits, leaves, reviews

    leaves.install()
    yield f"Leaves: public images and the secret of the hidden ones, in {data_home().root}"
    reviews.install()
    yield f"Reviews: public and hidden sentences of the VADER study, in {data_home().root}"
    digits.install()
    yield f"Digits: public and hidden ones of MNIST and Optdigits, in {data_home().root}"
