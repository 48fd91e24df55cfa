"""The similarity of a job as a little picture for its panel: drawn by us, shown by Blender as a row of icons."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import bpy.utils.previews
import numpy as np

from ..job.course import Course

TILES = 4
"""Icons side by side; each is square, so that the picture is as much wider than high."""

TILE, GAP = 64, 8
"""Pixels of an icon's side, and what Blender leaves free between two of them at the panel's scale."""

WIDTH, HEIGHT = TILES * (TILE + GAP) - GAP, TILE
"""Pixels."""

COLOUR = (0.35, 0.62, 0.98, 1.0)
"""Readable on dark and on light themes."""

FLOOR = (0.5, 0.5, 0.5, 0.5)
"""Of the line where the similarity began."""

EVERY = 0.5
"""Seconds between two drawings, at least."""


def draw(points: list[tuple[int, float]]) -> np.ndarray:
    """Draw similarity over steps.

    Parameters
    ----------
    points
        (step, similarity) by rising step, at least two.

    Returns
    -------
    np.ndarray
        (HEIGHT, WIDTH, 4) float32, row 0 at the bottom, transparent behind the lines.
    """
    steps, values = np.array(points, np.float64).T
    line = np.interp(np.linspace(steps[0], steps[-1], WIDTH), steps, values)
    low, high = line.min(), line.max()
    rows = 2 + (HEIGHT - 5) * (line - low) / max(high - low, 1e-6)
    following = np.append(rows[1:], rows[-1])
    row = np.arange(HEIGHT)[:, None]
    on = (row >= np.minimum(rows, following) - 1) & (row <= np.maximum(rows, following) + 1)
    picture = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    picture[round(rows[0]), ::2] = FLOOR
    picture[on] = COLOUR
    return picture


@dataclass
class _Shown:
    """What the icon shows now."""

    previews: bpy.utils.previews.ImagePreviewCollection = field(default_factory=bpy.utils.previews.new)
    points: list[tuple[int, float]] = field(default_factory=list)
    drawn: float = float("-inf")


_shown: list[_Shown] = []


def icons(course: Course) -> list[int]:
    """The icons that show how a job went, from left to right, drawn anew if it is time; none at its beginning."""
    if len(course.points) < 2:
        return []
    now, (shown,) = time.monotonic(), _shown
    tiles = [shown.previews.get(name) or shown.previews.new(name) for name in map(str, range(TILES))]
    if shown.points != course.points and now - shown.drawn >= EVERY:
        picture = draw(course.points)
        for place, tile in enumerate(tiles):
            left = place * (TILE + GAP)
            tile.image_size = TILE, TILE  # type: ignore[assignment]
            tile.image_pixels_float.foreach_set(picture[:, left : left + TILE].reshape(-1))  # type: ignore[arg-type]
        shown.points, shown.drawn = list(course.points), now
    return [int(tile.icon_id) for tile in tiles]


def register() -> None:
    """Make room for the icon."""
    _shown.append(_Shown())


def unregister() -> None:
    """Give it back."""
    bpy.utils.previews.remove(_shown.pop().previews)
