"""``--film-growth``: a picture of the character before the job, now and then while it grows, and after it."""

from __future__ import annotations

from pathlib import Path

from clipmatrix_protocol import State

from ..errors import Refusal
from ..job.session import Session
from ..output.growth import PICTURES, GrowthFilm
from .results import Losses


class Camera:
    """Looks at a session after each tick, and takes a picture of what has just come into the scene, now and then.

    A film that can't be shot costs nobody the job: the reason is told at its end.
    """

    def __init__(self, film: GrowthFilm, losses: Losses) -> None:
        self._film: GrowthFilm | None = film
        self._losses = losses
        self._seen: State | None = None
        self._step = 0

    def __call__(self, now: Session) -> None:
        """Take a picture, if a state is in the scene as a whole, and enough steps lie between it and the last."""
        job, progress = now.job, now.progress
        if job is None or job.draft is None or job.writing or job.pending or job.newest is self._seen or not progress:
            return
        if progress.step >= self._step + progress.steps / PICTURES:
            self._seen, self._step = job.newest, progress.step
            self.shoot()

    def shoot(self) -> None:
        """Take a picture now."""
        film, self._film = self._film, None
        if film is not None:
            with self._losses.noted():
                film.shoot()
                self._film = film

    def write(self, path: Path) -> Path:
        """Write the film.

        Raises
        ------
        Refusal
            If it could not be shot.
        """
        if self._film is None:
            raise Refusal("There is no film of the growth.")
        return self._film.write(path)
