"""What ``generate`` leaves in its folder: the character, its pictures, and the figures of the job."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import bpy
import clipmatrix_protocol
import msgspec
import numpy as np
from clipmatrix_protocol import Brief, Summary

from ..errors import Refusal
from ..output import pictures
from ..output.acting import Character
from ..output.export import export_fbx, export_glb, remarks, save_blend
from ..output.studio import Framing
from .announce import Announcer

BLEND, GLB, RESULT = "character.blend", "character.glb", "result.json"
SHEET, FILM, GROWTH = "contact.png", "turntable.mp4", "growth.mp4"


class Clock:
    """Seconds spent in each phase of a run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, phase: str) -> None:
        """Book the time since the last lap on ``phase``."""
        now = time.monotonic()
        self.seconds[phase] = round(self.seconds.get(phase, 0.0) + now - self._last, 2)
        self._last = now


class Losses:
    """What could not be written; the rest is written all the same, so that nobody loses a job by one file."""

    def __init__(self) -> None:
        self._errors: list[Exception] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep what goes wrong in the block for :meth:`tell`."""
        try:
            yield
        except (Refusal, OSError, RuntimeError) as error:
            self._errors.append(error)

    def tell(self, warn: Callable[[str], None]) -> None:
        """Raise the first error, if there is any, after a warning of each other one."""
        for error in self._errors[1:]:
            warn(str(error).strip())
        if self._errors:
            raise self._errors[0]


def write_exports(
    character: Character, paths: Sequence[Path], lights: Sequence[bpy.types.Object], losses: Losses, say: Announcer
) -> None:
    """Write the character to each of the paths, and report each, with what it lacks."""
    for path in paths:
        with losses.noted():
            say.written(export_character(character, path, lights))
            for remark in remarks(character, path):
                say.warning(remark)


def export_character(character: Character, path: Path, lights: Sequence[bpy.types.Object] = ()) -> Path:
    """Write the character as the path's ending says: .glb, with ``lights``, or .fbx, or the whole file as .blend."""
    match path.suffix.lower():
        case ".fbx":
            return export_fbx(character, path)
        case ".blend":
            return save_blend(path)
        case _:
            return export_glb(character, path, lights)


def write_sheet(
    character: Character, framing: Framing, before: np.ndarray, folder: Path, written: Callable[[Path], None]
) -> None:
    """Render and write the contact sheet, and report it.

    Parameters
    ----------
    character
        As the job left it.
    framing, before
        The framing, and the row of pictures that was taken with it before the job.
    """
    after = pictures.row(character, framing)
    written(pictures.contact_sheet(before, after, folder / SHEET))


def write_film(character: Character, folder: Path, written: Callable[[Path], None]) -> None:
    """Render and write the turntable, and report it."""
    written(pictures.turntable(character, folder / FILM))


def write_result(
    folder: Path, brief: Brief, summary: Summary, warnings: tuple[str, ...], seconds: dict[str, float]
) -> Path:
    """Write ``result.json``: what was asked, the job's summary, versions, the seconds of each phase."""
    path = folder / RESULT
    path.write_text(
        json.dumps(
            {
                "prompt": "; ".join(prompt.text or "an image" for prompt in brief.prompts),
                "seed": brief.settings.seed,
                "settings": msgspec.to_builtins(brief.settings),
                "vary": msgspec.to_builtins(brief.vary),
                "summary": msgspec.to_builtins(summary),
                "warnings": list(warnings),
                "versions": {
                    **summary.versions,
                    "blender": bpy.app.version_string,
                    "protocol": str(clipmatrix_protocol.PROTOCOL_VERSION),
                },
                "seconds": seconds,
            },
            indent=2,
        )
        + "\n",
        encoding="utf-8",
    )
    return path
