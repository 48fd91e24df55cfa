"""The arguments of ``generate`` and ``export``, checked before anything starts."""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, get_args

from clipmatrix_protocol import DEFAULT_PORT

from ..errors import Refusal
from ..link.target import tidy
from .announce import Manner
from .opening import ENDINGS
from .planning import plan, plan_export
from .prompt_options import add_prompts, add_regions
from .requests import BadArguments, ExportRequest, GenerateRequest, Pictures
from .setting_options import add_settings


def parse(arguments: Sequence[str]) -> GenerateRequest | ExportRequest:
    """Read the arguments of the command, ``generate`` or ``export`` first.

    Raises
    ------
    BadArguments
        If something is missing, unknown, out of range, or the folder can't be written.
    SystemExit
        After ``--help``.
    """
    found = _parser().parse_args(arguments)
    if found.command == "export":
        return plan_export(found)
    try:
        address = tidy(found.address)
    except Refusal as refusal:
        raise BadArguments(refusal.message, refusal.remedy) from refusal
    return GenerateRequest(
        runs=plan(found),
        address=address,
        pictures=found.pictures,
        growth=found.film_growth,
        lights=found.lights,
        patience=found.patience,
        fix=found.fix,
        motion=found.motion.resolve() if found.motion else None,
    )


def manner(arguments: Sequence[str]) -> Manner:
    """Find out how to speak, even where the other arguments are wrong."""
    parser = _Parser(add_help=False)
    _add_progress(parser)
    try:
        return parser.parse_known_args(arguments)[0].progress
    except BadArguments:
        return "text"


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
        help="grow characters into prompts, and write them as .blend, .glb or .fbx",
        description="Grow a character into prompts: the embedded figure, or the open file's active (or first) one. "
        "The backend's launch secret is taken from CLIPMATRIX_SECRET.",
    )
    add_prompts(parser)
    add_regions(parser)
    _add_what(parser)
    _add_where(parser)
    add_settings(parser)
    _add_how(parser)
    _add_export(commands.add_parser)
    return top


def _add_export(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    parser = add_parser(
        "export",
        allow_abbrev=False,
        help="write a character as it is, without a backend",
        description="Write the open file's active (or first) character, as it is.",
    )
    parser.add_argument("--blend", metavar="FILE", help=f"open this file first, or import it: {', '.join(ENDINGS)}")
    parser.add_argument(
        "--export", type=Path, action="append", required=True, metavar="FILE", help="write it as .glb, .fbx, .blend"
    )
    _add_progress(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("characters")
    group.add_argument("--figure", action="store_true", help="add the embedded figure and use it")
    group.add_argument(
        "--blend",
        nargs="+",
        metavar="FILE",
        help=f"open this file first, or import it: {', '.join(ENDINGS)}; several are done in turn",
    )
    group.add_argument(
        "--fix",
        action="store_true",
        help="put right what the panel offers a button for, as Unwrap where there are no UVs",
    )
    group.add_argument(
        "--motion",
        type=Path,
        metavar="FILE",
        help="have the figure, or a SMPL body in the file, play this recorded motion: an .npz of AMASS or smplx",
    )
    group.add_argument(
        "--batch", type=Path, metavar="FILE", help="JSON list of runs, each with prompts, blend, seed, ... of its own"
    )


def _add_where(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("results")
    group.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for all results; several runs get one each in it"
    )
    group.add_argument(
        "--export",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write the character as .glb, .fbx, .blend",
    )
    group.add_argument(
        "--lights", action="store_true", help="deliver the light it grew under as lights of Blender's, and export them"
    )
    group.add_argument(
        "--pictures", choices=get_args(Pictures), default="all", help="which pictures to render into --out (all)"
    )
    group.add_argument(
        "--film-growth",
        action="store_true",
        help="film the character while it grows, as growth.mp4 in --out; takes longer",
    )


def _add_how(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("backend")
    group.add_argument(
        "--address",
        default=os.environ.get("CLIPMATRIX_ADDRESS", f"tcp://127.0.0.1:{DEFAULT_PORT}"),
        help="where the backend listens, or the line of “clipmatrix keys add” "
        f"(CLIPMATRIX_ADDRESS, else tcp://127.0.0.1:{DEFAULT_PORT})",
    )
    group.add_argument(
        "--patience", type=float, default=600.0, metavar="SECONDS", help="give up after so long without progress (600)"
    )
    _add_progress(group)


def _add_progress(parser: "argparse._ActionsContainer") -> None:
    parser.add_argument("--progress", choices=get_args(Manner), default="text", help="how to report (text)")
