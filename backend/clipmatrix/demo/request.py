"""What a demo is asked for, and whether that can be done, before anything is started."""

import importlib.util
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from clipmatrix_protocol import Brief, Settings

from ..clip_names import FORMS, names_a_model, split
from ..errors import UsageError
from ..server import Computing

Pictures = Literal["all", "contact", "none"]


@dataclass(frozen=True)
class DemoRequest:
    """One demo.

    Attributes
    ----------
    prompt
        The text to grow into.
    out
        Folder for the results; made if it is missing.
    settings
        As a brief takes them; see :class:`clipmatrix_protocol.Settings`.
    port
        TCP port on the loopback interface, 0: any free one.
    computing
        On what, and how.
    extension
        Folder of the extension, the one that holds ``blender_manifest.toml``.
    pictures
        ``all``: contact sheet and turntable; ``contact``: the sheet alone; ``none``.
    blend
        A .blend, or a model to import, whose character is grown; None for the embedded figure.
    growth
        Whether the character is filmed while it grows.
    motion
        A recorded motion that the figure, or a SMPL body, plays; None for the one it has.
    """

    prompt: str
    out: Path
    settings: Settings
    port: int
    computing: Computing
    extension: Path
    pictures: Pictures
    blend: Path | None = None
    growth: bool = False
    motion: Path | None = None


def folder_name(prompt: str) -> str:
    """Turn a prompt into a folder name: lower case words joined by dashes, at most 60 characters."""
    return re.sub(r"[^a-z0-9]+", "-", prompt.lower()).strip("-")[:60].rstrip("-") or "prompt"


def own_extension() -> Path:
    """Return the extension of the source tree this package is installed from."""
    return Path(__file__).resolve().parents[3] / "blender_addon"


def check(request: DemoRequest) -> None:
    """Refuse what cannot work.

    Raises
    ------
    UsageError
        For an empty prompt, a file that is not there, settings out of range, what names no CLIP model, a folder that
        cannot be written, a port that is taken, an extension folder without a manifest, or a Python without Blender.
    """
    _check_brief(request)
    if request.blend is not None and not request.blend.is_file():
        raise UsageError(f"there is no file {request.blend}", "check --blend")
    if request.motion is not None and not request.motion.is_file():
        raise UsageError(f"there is no file {request.motion}", "check --motion")
    _check_clip(request.settings.clip)
    if not (request.extension / "blender_manifest.toml").is_file():
        raise UsageError(
            f"there is no Blender extension in {request.extension}",
            "run the demo from a source checkout, or pass --extension FOLDER",
        )
    if importlib.util.find_spec("bpy") is None:
        raise UsageError(
            "this Python has no Blender in it (the bpy module)",
            "run it through `uv run`, or install bpy into this environment",
        )
    _check_folder(request.out)
    _check_port(request.port)


def _check_brief(request: DemoRequest) -> None:
    if not request.prompt.strip():
        raise UsageError("the prompt is empty", 'say what the character should become, as in "a red figure"')
    brief = {"prompts": [{"text": request.prompt}], "settings": msgspec.to_builtins(request.settings)}
    try:
        msgspec.convert(brief, Brief)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"these settings do not work: {error}", "see `clipmatrix demo --help` for the ranges"
        ) from error


def _check_clip(clip: str) -> None:
    for spec in split(clip):
        if not names_a_model(spec):
            raise UsageError(f"“{spec}” does not name a CLIP model", FORMS[0].lower() + FORMS[1:].rstrip("."))


def _check_folder(folder: Path) -> None:
    probe = folder / f".clipmatrix-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror}", "choose another folder with --out") from error


def _check_port(port: int) -> None:
    if port == 0:
        return
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"port {port} cannot be used: {error}", "choose another with --port, or leave it out"
        ) from error
