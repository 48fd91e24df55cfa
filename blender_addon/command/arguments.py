"""The arguments of ``generate``, checked before anything starts."""

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn, get_args

import msgspec
from clipmatrix_protocol import DEFAULT_PORT, Brief, Settings

from ..errors import Refusal
from ..link.address import normalise
from .announce import Manner

DEFAULTS = Settings()

Pictures = Literal["all", "contact", "none"]


class BadArguments(Exception):
    """What was asked for can't be; exit code 2. Carries the sentence and what to do."""

    def __init__(self, message: str, remedy: str = "See --help.") -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True)
class GenerateRequest:
    """One run of ``generate``.

    Attributes
    ----------
    prompt, settings
        As a brief takes them.
    figure
        Whether the embedded figure is added and used; otherwise the file's own character is.
    blend
        A file to open first, or None for the one that is open.
    address
        Of the backend, ``tcp://host:port``.
    out
        Folder for the results; it exists and can be written.
    pictures
        ``all``: contact sheet and turntable; ``contact``: the sheet alone; ``none``.
    patience
        Seconds without any progress after which the job is given up.
    """

    prompt: str
    settings: Settings
    figure: bool
    blend: Path | None
    address: str
    out: Path
    pictures: Pictures
    patience: float


def parse(arguments: Sequence[str]) -> GenerateRequest:
    """Read the arguments of the command, ``generate`` first.

    Raises
    ------
    BadArguments
        If something is missing, unknown, out of range, or the folder can't be written.
    SystemExit
        After ``--help``.
    """
    found = _parser().parse_args(arguments)
    if not found.prompt.strip():
        raise BadArguments("The prompt is empty.", 'Say what the character should become, as in "a red figure".')
    try:
        address = normalise(found.address)
    except Refusal as refusal:
        raise BadArguments(refusal.message, refusal.remedy) from refusal
    if found.blend is not None and not found.blend.is_file():
        raise BadArguments(f"There is no file {found.blend}.", "Check --blend.")
    return GenerateRequest(
        prompt=found.prompt,
        settings=_settings(found),
        figure=found.figure,
        blend=found.blend.resolve() if found.blend else None,
        address=address,
        out=_writable(found.out.resolve()),
        pictures=found.pictures,
        patience=found.patience,
    )


def manner(arguments: Sequence[str]) -> Manner:
    """Find out how to speak, even where the other arguments are wrong."""
    parser = _Parser(add_help=False)
    _add_progress(parser)
    try:
        return parser.parse_known_args(arguments)[0].progress
    except BadArguments:
        return "text"


def _settings(found: argparse.Namespace) -> Settings:
    values = {name: getattr(found, name) for name in ("clip", "steps", "views", "texture_size", "seed")}
    try:
        brief = msgspec.convert({"prompts": [{"text": found.prompt}], "settings": values}, Brief)
    except msgspec.ValidationError as error:
        raise BadArguments(f"These settings don't work: {error}.") from error
    return brief.settings


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise BadArguments(
            f"The folder {folder} can't be written: {error.strerror}.", "Choose another with --out."
        ) from error


class _Parser(argparse.ArgumentParser):
    """Reports errors as ours instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise BadArguments(f"{message[:1].upper()}{message[1:]}.")


def _parser() -> argparse.ArgumentParser:
    top = _Parser(prog="clipmatrix", description="ClipMatrix without a window.", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser)
    parser = commands.add_parser(
        "generate",
        allow_abbrev=False,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        help="grow a character into a prompt, and write it as .blend and .glb",
        description="Grow a character into a prompt: the embedded figure, or the open file's active (or first) one. "
        "The backend's launch secret is taken from CLIPMATRIX_SECRET.",
    )
    parser.add_argument("--prompt", required=True, metavar="TEXT", help="what the character should become")
    parser.add_argument("--figure", action="store_true", help="add the embedded figure and use it")
    parser.add_argument("--blend", type=Path, metavar="FILE", help="open this file first")
    parser.add_argument(
        "--address",
        default=os.environ.get("CLIPMATRIX_ADDRESS", f"tcp://127.0.0.1:{DEFAULT_PORT}"),
        help="where the backend listens",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--seed", type=int, default=DEFAULTS.seed)
    parser.add_argument("--steps", type=int, default=DEFAULTS.steps, help="optimisation steps")
    parser.add_argument("--views", type=int, default=DEFAULTS.views, help="cameras drawn for each step")
    parser.add_argument("--texture-size", type=int, default=DEFAULTS.texture_size, metavar="PIXELS")
    parser.add_argument("--clip", default=DEFAULTS.clip, help="embedded, MODEL:PRETRAINED or MODEL:/path/to/file")
    parser.add_argument("--pictures", choices=get_args(Pictures), default="all", help="which pictures to render")
    parser.add_argument(
        "--patience", type=float, default=600.0, metavar="SECONDS", help="give up after so long without progress"
    )
    _add_progress(parser)
    return top


def _add_progress(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--progress", choices=get_args(Manner), default="text", help="how to report")
