"""Pictures of a character as Blender shows it: the contact sheet before above after, and the turntable film."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import pi, radians
from pathlib import Path

import bpy
import numpy as np

from .acting import Character, at_rest, running_frames, spread_frames
from .images import read_image, write_image
from .keeping import poses_kept
from .studio import Framing, Studio, fit, look, shoot, studio, visible_points
from .video import encode_video

TILE, TILE_SAMPLES = 224, 24
"""Side of one picture of the contact sheet in pixels, and Cycles samples a pixel."""

ANGLES = tuple(index * pi / 4 for index in range(8))
"""Around the character in its rest pose, radians."""

POSED_FRAMES, POSED_ANGLE = 4, radians(35)
"""How many frames of the Action are shown, and from where."""

FILM_SIZE, FILM_SAMPLES, FILM_FRAMES = 320, 16, 48
"""Side of the film in pixels, Cycles samples a pixel, and its length: two rounds of a walk of one second."""

scratch = partial(tempfile.TemporaryDirectory, prefix="clipmatrix-", ignore_cleanup_errors=True)
"""A folder for single pictures. On Windows a virus scanner may still be reading one: no reason to lose all of them."""


def nothing() -> None:
    """Do nothing between two pictures."""


def plan(character: Character) -> Framing:
    """Choose a framing in which the character fits at rest and in its Action.

    The same framing serves before and after, so that sizes compare.
    """
    with studio(character, TILE, TILE_SAMPLES) as place:
        with at_rest(character):
            resting = _points(place, character, spread_frames(character, 1))
        acting = _points(place, character, spread_frames(character, POSED_FRAMES))
    return fit(np.concatenate([resting, acting]), ANGLES)


def row(character: Character, framing: Framing, between: Callable[[], None] = nothing, tile: int = TILE) -> np.ndarray:
    """Render one row of the contact sheet: eight angles at rest, four frames of the Action.

    Parameters
    ----------
    character
        What to render, as it is now.
    framing
        From :func:`plan`.
    between
        Called after each picture; what it raises ends the row.
    tile
        Side of one picture, pixels.

    Returns
    -------
    np.ndarray
        (tile, 12 tile, 3) float32 in [0, 1], sRGB encoded, row 0 at the bottom.
    """
    tiles: list[np.ndarray] = []
    with studio(character, tile, TILE_SAMPLES) as place, scratch() as folder:

        def take(frame: int, azimuth: float) -> None:
            picture = Path(folder) / f"{len(tiles)}.png"
            look(place, framing, azimuth)
            shoot(place, frame, picture)
            tiles.append(read_image(picture))
            between()

        with at_rest(character):
            (number,) = spread_frames(character, 1)
            for azimuth in ANGLES:
                take(number, azimuth)
        for number in spread_frames(character, POSED_FRAMES):
            take(number, POSED_ANGLE)
    return np.concatenate(tiles, axis=1)


def contact_sheet(before: np.ndarray, after: np.ndarray, path: Path) -> Path:
    """Write two rows from :func:`row` as one PNG, ``before`` above ``after``."""
    line = np.full((4, before.shape[1], 3), 0.5, dtype=np.float32)
    return write_image(np.concatenate([after, line, before], axis=0), path)


def turntable(
    character: Character,
    path: Path,
    between: Callable[[], None] = nothing,
    size: int = FILM_SIZE,
    frames: int = FILM_FRAMES,
) -> Path:
    """Film the character playing its Action while the camera goes once around it; H.264 in an mp4 file.

    Parameters
    ----------
    character
        What to film, as it is now.
    path
        The mp4 file.
    between
        Called after each frame; what it raises ends the film.
    size
        Side of the film, pixels; even, as H.264 wants it.
    frames
        Length of the film, and of the camera's round; the Action repeats as often as it needs to.
    """
    for _ in filming(character, path, size, frames):
        between()
    return path


def filming(character: Character, path: Path, size: int = FILM_SIZE, frames: int = FILM_FRAMES) -> Iterator[int]:
    """Do what :func:`turntable` does, a frame at a time.

    The file is there once all frames have been asked for; who stops before, by ``close()``, leaves nothing behind.

    Yields
    ------
    int
        How many frames are done.
    """
    shots: list[Path] = []
    with studio(character, size, FILM_SAMPLES) as place, scratch() as folder:
        framing = fit(_points(place, character, spread_frames(character, 8)), ANGLES)
        for index, number in enumerate(running_frames(character, frames)):
            look(place, framing, 2 * pi * index / frames)
            shots.append(Path(folder) / f"{index:04d}.png")
            shoot(place, number, shots[-1])
            yield index + 1
        scene = bpy.context.scene
        assert scene is not None
        encode_video(shots, size, scene.render.fps, path)


def _points(place: Studio, character: Character, frames: Sequence[int]) -> np.ndarray:
    found = []
    with poses_kept():
        for number in frames:
            place.scene.frame_set(number)
            found.append(visible_points(place.scene, character))
    return np.concatenate(found)
