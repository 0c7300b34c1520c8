"""Draws photographs of leaves: a crop, a condition, a pose, a background and a light, all from a generator.

The conditions look as they do on real leaves. *Rust* is many small orange-brown pustules with pale
halos; *blight* a few large brown lesions with rings, a dark rim and a yellow margin, often at the edge;
*powdery mildew* a whitish film in soft patches that lets veins shine through; *mosaic* a patchwork of
light and dark green that follows the veins. Slight cases, dust, dew and ageing keep them from being easy.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFilter

from tlcourse.data.leaf_shapes import CROPS, Field, Leaf, Pose, place, random_pose

SIZE = 96
PUSTULE_RADIUS = (0.022, 0.055)
CONDITIONS = ("healthy", "rust", "blight", "powdery mildew", "mosaic")
_SOIL, _PAPER, _CLOTH, _FOLIAGE = range(4)


def draw(condition: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return one picture, shape (3, 96, 96), of a leaf in this condition."""
    pose = random_pose(rng)
    leaf = place(str(rng.choice(CROPS)), pose, SIZE, rng)
    surface = _infect(condition, _healthy_surface(leaf, rng), leaf, pose, rng)
    surface = _wear(surface, leaf, rng)
    picture = _compose(_shade(surface, leaf, rng), _background(rng), leaf, rng)
    return _photograph(picture, rng)


def draw_in_field(condition: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return one picture as `draw` does, taken in the field: smaller, often on a healthy leaf, partly in shade."""
    ground = _background(rng)
    if rng.random() < 0.5:
        ground = _neighbour(ground, rng)
    pose = _field_pose(rng)
    leaf = place(str(rng.choice(CROPS)), pose, SIZE, rng)
    surface = _wear(_infect(condition, _healthy_surface(leaf, rng), leaf, pose, rng), leaf, rng)
    picture = _compose(_shade(surface, leaf, rng), ground, leaf, rng)
    shade = rng.uniform(0.0, 0.15) * _step(noise(rng, int(rng.integers(3, 8))), -0.2, 0.4)
    return _photograph(1.1 * picture * (1 - shade), rng)


def _neighbour(ground: Field, rng: np.random.Generator) -> Field:
    """Lay a healthy leaf of any crop somewhere on the ground."""
    x, y = rng.uniform(-0.9, 0.9, 2)
    size, squeeze = rng.uniform(0.5, 1.0, 2)
    pose = Pose(x, y, rng.uniform(-np.pi, np.pi), size, squeeze, rng.normal(0, 0.1))
    leaf = place(str(rng.choice(CROPS)), pose, SIZE, rng)
    surface = _wear(_healthy_surface(leaf, rng), leaf, rng)
    return _compose(_shade(surface, leaf, rng), ground, leaf, rng)


def _field_pose(rng: np.random.Generator) -> Pose:
    x, y = rng.normal(0, 0.2, 2)
    pose = random_pose(rng)
    return replace(pose, x=x, y=y, size=rng.uniform(0.85, 1.10), squeeze=rng.uniform(0.6, 1.0))


def noise(rng: np.random.Generator, cells: int) -> Field:
    """Return a smooth random field over the picture, about normal, with ``cells`` cells a side."""
    small = rng.standard_normal((cells + 3, cells + 3)).astype(np.float32)
    big = Image.fromarray(small).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.asarray(big) * 1.4


def _step(field: Field, low: float, high: float) -> Field:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t: Field = np.clip((field - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _blend(under: Field, over: ArrayLike, alpha: Field) -> Field:
    return under + alpha * (_colour(over) - under)


def _colour(value: ArrayLike) -> Field:
    """Return a colour as a field that broadcasts over the picture's pixels."""
    colour = np.asarray(value, dtype=np.float32)
    return colour.reshape(3, 1, 1) if colour.ndim == 1 else colour


def _blur(field: Field, radius: float) -> Field:
    image = Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / 255


def _healthy_surface(leaf: Leaf, rng: np.random.Generator) -> Field:
    green = np.array([0.27, 0.45, 0.18]) * np.exp(rng.normal(0, 0.10))
    green += rng.normal(0, [0.035, 0.02, 0.015])
    mottle = 1 + 0.06 * noise(rng, 5) + 0.05 * noise(rng, 28)
    vein = green + np.array([0.17, 0.16, 0.12])
    return _blend(_colour(green) * mottle, vein, leaf.veins * rng.uniform(0.30, 0.65))


def _infect(condition: str, surface: Field, leaf: Leaf, pose: Pose, rng: np.random.Generator) -> Field:
    match condition:
        case "healthy":
            return surface
        case "rust":
            return _rust(surface, leaf, pose, rng)
        case "blight":
            return _blight(surface, leaf, rng)
        case "powdery mildew":
            return _mildew(surface, leaf, rng)
        case "mosaic":
            return _mosaic(surface, leaf, rng)
    raise ValueError(f"no such condition: {condition!r}")


def _rust(surface: Field, leaf: Leaf, pose: Pose, rng: np.random.Generator) -> Field:
    spots = _dots(pose, rng, count=int(rng.integers(45, 140)), clusters=7)
    halo = _blur(spots, 2.5)
    surface = _blend(surface, (0.72, 0.70, 0.22), np.clip(halo * 1.6, 0, 0.65))
    pustule = np.array([0.62, 0.30, 0.08]) + rng.normal(0, [0.06, 0.05, 0.02])
    return _blend(surface, pustule, spots * rng.uniform(0.75, 0.95))


def _dots(pose: Pose, rng: np.random.Generator, *, count: int, clusters: int) -> Field:
    """Return a field with ``count`` filled spots, gathered around a few points of the leaf."""
    centres = np.stack([rng.uniform(-0.75, 0.75, clusters), rng.normal(0, 0.22, clusters)])
    points = centres[:, rng.integers(0, clusters, count)] + rng.normal(0, 0.20, (2, count))
    large = 4 * SIZE
    x, y = (np.stack(pose.to_picture(points[0], points[1])) + 1) / 2 * large
    radii = rng.uniform(*PUSTULE_RADIUS, count) * large / 2
    image = Image.new("L", (large, large))
    pen = ImageDraw.Draw(image)
    for px, py, r, shade in zip(x, y, radii, rng.integers(170, 256, count), strict=True):
        pen.ellipse((px - r, py - r, px + r, py + r), fill=int(shade))
    return np.asarray(image.reduce(4), dtype=np.float32) / 255


def _blight(surface: Field, leaf: Leaf, rng: np.random.Generator) -> Field:
    wobble = 0.10 * noise(rng, 7) + 0.05 * noise(rng, 16)
    for _ in range(int(rng.integers(2, 6))):
        u0, side = rng.uniform(-0.7, 0.9), rng.choice([-1, 1])
        v0 = side * rng.uniform(0.05, 0.45)
        size = rng.uniform(0.20, 0.42)
        distance = np.hypot(leaf.u - u0, leaf.v - v0) + wobble * (0.4 + size)
        surface = _lesion(surface, size - distance, rng)
    return surface


def _lesion(surface: Field, depth: Field, rng: np.random.Generator) -> Field:
    surface = _blend(surface, (0.66, 0.64, 0.22), 0.7 * _step(depth, -0.16, 0.0))
    brown = np.array([0.40, 0.27, 0.14]) + rng.normal(0, [0.05, 0.04, 0.03])
    dead = _step(depth, -0.02, 0.02)
    surface = _blend(surface, brown, 0.92 * dead)
    surface = _blend(surface, (0.20, 0.13, 0.07), 0.6 * dead * (1 - _step(depth, 0.02, 0.07)))
    rings = 0.5 + 0.5 * np.cos(depth * rng.uniform(70, 110))
    return _blend(surface, (0.62, 0.50, 0.33), 0.35 * dead * rings.astype(np.float32))


def _mildew(surface: Field, leaf: Leaf, rng: np.random.Generator) -> Field:
    film = np.zeros_like(leaf.u)
    wobble = 0.05 * noise(rng, 12)
    for _ in range(int(rng.integers(6, 15))):
        u0, v0, radius = rng.uniform(-0.8, 0.8), rng.normal(0, 0.28), rng.uniform(0.14, 0.34)
        distance = np.hypot(leaf.u - u0, leaf.v - v0) + wobble
        film = np.maximum(film, rng.uniform(0.7, 1.0) * (1 - _step(distance, 0.2 * radius, radius)))
    powder = np.clip(0.90 + 0.14 * noise(rng, 60), 0, 1.1)
    white = np.array([0.88, 0.90, 0.87]) + rng.normal(0, 0.02, 3)
    strength = rng.uniform(0.70, 0.95)
    return _blend(surface, white, strength * film * powder * (1 - 0.3 * leaf.veins))


def _mosaic(surface: Field, leaf: Leaf, rng: np.random.Generator) -> Field:
    field = noise(rng, int(rng.integers(11, 18))) + 0.4 * noise(rng, 26) - 1.6 * leaf.veins
    cut = rng.uniform(-0.4, 0.2)
    strength = rng.uniform(0.65, 0.95)
    pale = np.array([0.68, 0.74, 0.27]) + rng.normal(0, [0.05, 0.04, 0.04])
    surface = _blend(surface, pale, strength * _step(field, cut, cut + 0.5))
    return surface * (1 - 0.20 * strength * _step(-field, -cut, 0.8 - cut))


def _wear(surface: Field, leaf: Leaf, rng: np.random.Generator) -> Field:
    """What any leaf may have: age at its edge, a dry tip, dust, drops of dew."""
    if rng.random() < 0.2:
        age = 1 - _step(leaf.inside + 0.06 * noise(rng, 6), 0.0, rng.uniform(0.10, 0.30))
        surface = _blend(surface, (0.70, 0.66, 0.24), rng.uniform(0.2, 0.5) * age)
    if rng.random() < 0.15:
        tip = _step(leaf.u + 0.05 * noise(rng, 9), 0.72, 0.86)
        surface = _blend(surface, (0.45, 0.33, 0.18), 0.8 * tip)
    if rng.random() < 0.2:
        dust = _step(noise(rng, 60), 1.6, 2.6)
        surface = _blend(surface, (0.36, 0.27, 0.18), 0.5 * dust)
    return surface


def _shade(surface: Field, leaf: Leaf, rng: np.random.Generator) -> Field:
    """Light from one side: relief between veins, a curved blade, and a soft sheen."""
    direction = rng.uniform(-np.pi, np.pi)
    height = 0.9 * leaf.veins - 1.1 * leaf.v**2 + 0.15 * noise(rng, 9)
    slope_y, slope_x = np.gradient(height)
    light = 1 + 1.1 * (np.cos(direction) * slope_x + np.sin(direction) * slope_y)
    sheen = _step(noise(rng, 4), 0.7, 2.2) * rng.uniform(0.0, 0.15)
    shaded = surface * np.clip(light, 0.55, 1.4).astype(np.float32)
    return _blend(shaded, (0.90, 0.95, 0.92), sheen)


def _background(rng: np.random.Generator) -> Field:
    kind = int(rng.integers(0, 4))
    colour = {
        _SOIL: (0.33, 0.25, 0.18),
        _PAPER: (0.82, 0.81, 0.78),
        _CLOTH: (0.20, 0.22, 0.27),
        _FOLIAGE: (0.22, 0.32, 0.14),
    }[kind]
    ground: Field = _colour(colour) * np.exp(_colour(rng.normal(0, 0.18) + rng.normal(0, 0.05, 3)))
    if kind == _FOLIAGE:
        leaves: Field = ground * np.exp(0.3 * noise(rng, 6))
        return _blend(leaves, (0.55, 0.60, 0.40), 0.35 * _step(noise(rng, 5), 0.4, 1.6))
    if kind == _SOIL:
        texture = 0.16 * noise(rng, 40) + 0.12 * noise(rng, 12) + 0.08 * noise(rng, 90)
    else:
        texture = 0.04 * noise(rng, 3) + 0.02 * noise(rng, 90)
    textured: Field = ground * (1 + texture)
    return textured


def _compose(surface: Field, ground: Field, leaf: Leaf, rng: np.random.Generator) -> Field:
    mask = _step(leaf.inside, -0.014, 0.014)
    stem = _step(0.030 - np.abs(leaf.v), -0.012, 0.012) * (leaf.u < leaf.base) * (leaf.u > -1.5)
    down, right = rng.integers(0, 9, 2)
    around = np.pad(_blur(np.maximum(mask, stem), 2), 4, mode="edge")
    shadow = around[down : down + SIZE, right : right + SIZE]
    picture = ground * (1 - rng.uniform(0.2, 0.55) * shadow)
    picture = _blend(picture, (0.42, 0.48, 0.22), stem)
    return _blend(picture, surface, mask)


def _photograph(picture: Field, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Exposure, white balance, uneven light and sensor noise of one photograph."""
    exposure = np.exp(rng.normal(0, 0.16) + rng.normal(0, 0.04, 3))
    light = 1 + rng.uniform(0.0, 0.16) * noise(rng, 2)
    exposed = picture * _colour(exposure) * light * 255
    grain = rng.standard_normal(exposed.shape, dtype=np.float32) * rng.uniform(1.0, 5.0)
    return np.clip(exposed + grain, 0, 255).astype(np.uint8)
