"""A film of a character while it grows: a picture now and then, by a camera that walks around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import pi
from pathlib import Path

from .acting import Character, running_frames
from .pictures import FILM_SAMPLES, FILM_SIZE, plan, scratch
from .studio import Framing, look, shoot, studio
from .video import encode_video

PICTURES = 48
"""How many a job of the usual course gets; with them the camera goes once around."""

FPS, HOLD = 12, 8
"""Pictures a second, and for how many of them the film shows the first and the last one."""

ROOM = 1.12
"""How much farther away than the framing before the job the camera stands: what grows thick must still fit."""


class GrowthFilm:
    """A film that is being shot. The character plays its Action meanwhile, at the speed it has in the scene.

    Parameters
    ----------
    character
        What to film; may change between two pictures.
    folder
        Where the pictures are kept until :meth:`write`.
    """

    def __init__(self, character: Character, folder: Path) -> None:
        framing = plan(character)
        self._character = character
        self._framing = Framing(framing.centre, framing.distance * ROOM)
        self._frames = running_frames(character, 2 * PICTURES)[::2]  # half of the usual 24 a second
        self._folder = folder
        self._shots: list[Path] = []

    def shoot(self) -> None:
        """Take one more picture of the character as it is now."""
        number = len(self._shots)
        path = self._folder / f"{number:04d}.png"
        with studio(self._character, FILM_SIZE, FILM_SAMPLES) as place:
            look(place, self._framing, 2 * pi * number / PICTURES)
            shoot(place, self._frames[number % len(self._frames)], path)
        self._shots.append(path)

    def write(self, path: Path) -> Path:
        """Write the film, H.264 in an mp4 file; there are two pictures at least."""
        first, between, last = self._shots[:1], self._shots[1:-1], self._shots[-1:]
        return encode_video([*first * HOLD, *between, *last * HOLD], FILM_SIZE, FPS, path)


@contextmanager
def growth_film(character: Character) -> Iterator[GrowthFilm]:
    """Film a character until the block ends; the pictures are gone then."""
    with scratch() as folder:
        yield GrowthFilm(character, Path(folder))
