"""What a run of ``generate``, or of ``export``, is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from clipmatrix_protocol import Prompt

Pictures = Literal["all", "contact", "none"]

EXPORTS = (".glb", ".fbx", ".blend")
"""What a character can be exported as."""


class BadArguments(Exception):
    """What was asked for can't be; exit code 2. Carries the sentence and what to do."""

    def __init__(self, message: str, remedy: str = "See --help.") -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True)
class Wanted:
    """What a character should become: prompts, the image files that they number, and what is locked.

    A prompt's ``cameras`` are what :func:`..interface.properties.look_through` takes; ``locked`` are labels of regions.
    """

    prompts: tuple[Prompt, ...]
    images: tuple[Path, ...]
    locked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """One character to be grown.

    Attributes
    ----------
    name
        What it is called among several; empty for one alone.
    wanted
        What it should become.
    overrides
        Settings that were named, by name; the others are as the file has them.
    figure
        Whether the embedded figure is added and used; otherwise the file's own character is.
    blend
        A file to open first, or a model to import into a new one; None for the file that is open.
    out
        Folder for all results, or None where only exports are wanted.
    exports
        Files to write the character to, by their endings :data:`EXPORTS`.
    """

    name: str
    wanted: Wanted
    overrides: Mapping[str, Any]
    figure: bool
    blend: Path | None
    out: Path | None
    exports: tuple[Path, ...]


@dataclass(frozen=True)
class GenerateRequest:
    """One call of ``generate``.

    Attributes
    ----------
    runs
        What to grow, one after the other; at least one.
    address
        Of the backend, ``tcp://host:port``.
    pictures
        ``all``: contact sheet and turntable; ``contact``: the sheet alone; ``none``.
    growth
        Whether each character is filmed while it grows.
    lights
        Whether the light it grew under is delivered as lights and world of the scene, and exported with it.
    patience
        Seconds without any progress after which a run is given up.
    fix
        Whether what the panel offers a button for is put right first.
    motion
        A recorded motion that the bodies play; None where they play what they have.
    """

    runs: tuple[Run, ...]
    address: str
    pictures: Pictures
    growth: bool
    lights: bool
    patience: float
    fix: bool
    motion: Path | None


@dataclass(frozen=True)
class ExportRequest:
    """One call of ``export``.

    Attributes
    ----------
    blend
        A file to open first, or a model to import into a new one; None for the file that is open.
    exports
        Files to write the character to, by their endings :data:`EXPORTS`; at least one.
    """

    blend: Path | None
    exports: tuple[Path, ...]
