"""``generate`` and ``export`` without a window: ``blender --command clipmatrix ...``, or ``headless.py ...``.

Exit codes: 0 all is written, 1 something failed, 2 the arguments are no good, 130 interrupted.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import bpy

from ..errors import Refusal, reason
from . import fixing, growing, opening, stage
from .announce import Announcer, announcer, own_stdout
from .arguments import manner, parse
from .requests import BadArguments, ExportRequest, GenerateRequest, Run
from .results import Losses, write_exports

DONE, FAILED, BAD_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code.

    Parameters
    ----------
    arguments
        What follows ``blender --command clipmatrix``.
    """
    if "-h" in arguments or "--help" in arguments:
        return _help(arguments)
    with own_stdout() as stream, _terminable():
        say = announcer(manner(arguments), stream)
        try:
            request = parse(arguments)
            return export(request, say) if isinstance(request, ExportRequest) else generate(request, say)
        except BadArguments as error:
            say.failed("bad_arguments", error.message, error.remedy)
            return BAD_ARGUMENTS
        except KeyboardInterrupt:
            growing.cancel()
            say.failed("cancelled", "Interrupted.", "")
            return INTERRUPTED


def generate(request: GenerateRequest, say: Announcer) -> int:
    """Do all runs of the request, whatever becomes of the one before; return the exit code."""
    opened = bpy.data.filepath
    count = len(request.runs)
    failures = 0
    for number, one in enumerate(request.runs, 1):
        if count > 1:
            say.run(one.name, number, count)
        failures += not _succeeds(partial(_grow, one, request, say, opened if number > 1 else None), say)
    return FAILED if failures else DONE


def export(request: ExportRequest, say: Announcer) -> int:
    """Write the character as it is; return the exit code."""
    return DONE if _succeeds(lambda: _export(request, say), say) else FAILED


def _export(request: ExportRequest, say: Announcer) -> None:
    if request.blend is not None:
        opening.open_file(request.blend)
    with stage.window():
        losses = Losses()
        write_exports(stage.character(), request.exports, (), losses, say)
        losses.tell(say.warning)


def _grow(one: Run, request: GenerateRequest, say: Announcer, reopen: str | None) -> None:
    """Do one run; ``reopen`` is the file that a run after the first begins with."""
    if reopen is not None:
        with stage.window():
            stage.settle()
    if one.blend is not None:
        opening.open_file(one.blend)
    elif reopen is not None:
        opening.open_again(reopen, figure=one.figure)
    with stage.window():
        growing.connect(request.address, say)
        try:
            growing.grow(one, request, say)
        except Refusal as refusal:
            raise (refusal if request.fix else fixing.advising(refusal)) from refusal


def _succeeds(task: Callable[[], None], say: Announcer) -> bool:
    """Do a task; where it fails, say why."""
    try:
        task()
    except Refusal as refusal:
        say.failed("failed", refusal.message, refusal.remedy)
    except (OSError, RuntimeError) as error:  # the disk, or one of Blender's own operators
        say.failed("failed", f"{reason(error).rstrip('.')}.", "Blender's own output says more.")
    else:
        return True
    return False


def _help(arguments: Sequence[str]) -> int:
    try:
        parse(arguments)
    except SystemExit as leave:
        return int(leave.code or 0)
    except BadArguments as error:
        print(error)
        return BAD_ARGUMENTS
    return DONE


@contextmanager
def _terminable() -> Iterator[None]:
    """Take a SIGTERM as a Ctrl-C until the block ends."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


_registered: list[Any] = []


def register() -> None:
    """Let ``blender --command clipmatrix`` find :func:`run`."""
    _registered.append(bpy.utils.register_cli_command("clipmatrix", run))


def unregister() -> None:
    """Take it away."""
    bpy.utils.unregister_cli_command(_registered.pop())
