"""The geometry of a drawn leaf: where it lies in the picture, its outline and its veins.

A picture spans -1 to 1 in x (right) and y (down). In a leaf's own frame the base is at u = -1, the tip
at u = 1, and v is the distance from the midrib, in units of half the leaf's length.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
CROPS = ("apple", "bean", "grapevine")
GRAPE_ORIGIN = -0.42
LOBE_ANGLES = (0.0, 0.95, -0.95, 1.95, -1.95)


@dataclass(frozen=True, slots=True)
class Pose:
    """Position (x, y), direction (radians), half length, foreshortening and bend of a leaf."""

    x: float
    y: float
    angle: float
    size: float
    squeeze: float
    bend: float

    def to_leaf(self, x: Field, y: Field) -> tuple[Field, Field]:
        """Return u and v of points of the picture."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        u = ((x - self.x) * cos + (y - self.y) * sin) / self.size
        v = ((y - self.y) * cos - (x - self.x) * sin) / (self.size * self.squeeze)
        return u.astype(np.float32), (v - self.bend * u * u).astype(np.float32)

    def to_picture(self, u: Field, v: Field) -> tuple[Field, Field]:
        """Return x and y of points of the leaf."""
        along = u * self.size
        across = (v + self.bend * u * u) * self.size * self.squeeze
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return self.x + along * cos - across * sin, self.y + along * sin + across * cos


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf on the pixel grid: frame, how far inside it each pixel lies, veins (0 to 1), base."""

    u: Field
    v: Field
    inside: Field
    veins: Field
    base: float


def random_pose(rng: np.random.Generator) -> Pose:
    """Draw a pose in which most of the leaf is in the picture."""
    return Pose(
        x=rng.normal(0, 0.10),
        y=rng.normal(0, 0.10),
        angle=rng.uniform(-np.pi, np.pi),
        size=rng.uniform(0.95, 1.25),
        squeeze=rng.uniform(0.85, 1.0),
        bend=rng.normal(0, 0.10),
    )


def place(crop: str, pose: Pose, pixels: int, rng: np.random.Generator) -> Leaf:
    """Lay a leaf of a crop on a grid of ``pixels`` x ``pixels``."""
    grid = np.linspace(-1, 1, pixels, dtype=np.float32)
    u, v = pose.to_leaf(*np.meshgrid(grid, grid))
    outline: dict[str, Callable[[Field, Field, np.random.Generator], tuple[Field, Field]]]
    outline = {"apple": _apple, "bean": _bean, "grapevine": _grapevine}
    inside, veins = outline[crop](u, v, rng)
    inside = np.where(np.abs(u) > 1, -1, inside)
    return Leaf(u, v, inside, veins, GRAPE_ORIGIN if crop == "grapevine" else -0.96)


def _apple(u: Field, v: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    along = np.clip((u + 1) / 2, 0, 1)
    teeth = 1 + 0.09 * np.abs((along * rng.uniform(18, 26)) % 1 - 0.5)
    width = rng.uniform(1.30, 1.70) * along**0.62 * (1 - along) ** 0.85 * teeth
    return width - np.abs(v), _pinnate_veins(u, v, count=rng.uniform(5.5, 7.5), slant=0.75)


def _bean(u: Field, v: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    along = np.clip((u + 1) / 2, 0, 1)
    width = rng.uniform(1.35, 1.75) * along**0.42 * (1 - along) ** 0.95
    return width - np.abs(v), _pinnate_veins(u, v, count=rng.uniform(3.5, 4.5), slant=0.95)


def _pinnate_veins(u: Field, v: Field, *, count: float, slant: float) -> Field:
    side = np.abs(v)
    phase = (u - slant * side + 0.25 * side * side) * count / 2 * 1.4 + 0.21 * np.sign(v)
    lateral = np.exp(-(((phase - np.round(phase)) / 0.085) ** 2)) * np.clip(1 - 0.9 * side, 0, 1)
    midrib = np.exp(-((v / (0.032 - 0.012 * u)) ** 2))
    veins: Field = np.maximum(midrib, 0.45 * lateral).astype(np.float32)
    return veins


def _grapevine(u: Field, v: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    across = u - GRAPE_ORIGIN
    radius, angle = np.hypot(across, v), np.arctan2(v, across)
    depth = rng.uniform(0.22, 0.36)
    lobes = np.full_like(u, 0.0)
    veins = np.zeros_like(u)
    for direction, length in zip(LOBE_ANGLES, (1.38, 1.12, 1.12, 0.80, 0.80), strict=True):
        turn = (angle - direction + np.pi) % (2 * np.pi) - np.pi
        lobes = np.maximum(lobes, length * (1 - depth * (np.abs(turn) / 0.48) ** 1.4))
        ray = np.abs(turn) * radius
        veins = np.maximum(veins, np.exp(-((ray / 0.030) ** 2)) * (np.abs(turn) < 1))
        fork = (radius * 4.2 - 2.2 * ray) % 1 - 0.5
        veins = np.maximum(veins, 0.3 * np.exp(-((fork / 0.09) ** 2)) * (np.abs(turn) < 0.48))
    teeth = 1 + 0.13 * np.abs((angle * 30 / (2 * np.pi)) % 1 - 0.5)
    notch = np.clip((np.pi - np.abs(angle)) / 0.55, 0, 1)
    return lobes * teeth * notch**0.5 - radius, veins.astype(np.float32)
