"""What operators share that ask the backend for something about bodies and use it when it has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import bpy
from clipmatrix_protocol import Body

from ...bodies.build import build_body
from ...job import session
from ...job.phases import BUSY, FREE


def why_busy() -> str:
    """What ClipMatrix is doing, in words, if it is to be waited for; empty if not."""
    state = session.current().state
    return f"ClipMatrix is {state.value}" if state in BUSY else ""


def why_not_now() -> str:
    """Why the backend can't be asked at the moment, in words; empty if it can."""
    state = session.current().state
    return why_busy() or ("" if state in FREE else f"Connect to a backend first ({state.value})")


def can_add(operator: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
    """Whether a body can be asked for and will find its place; says why where it can't."""
    why = why_not_now() or ("" if context.mode == "OBJECT" else "A body is added in Object Mode")
    if why:
        operator.poll_message_set(why)
    return not why


def body_arrived(body: Body) -> None:
    """Build the body that a tick received."""
    with undo_step(f"Add {body.name}"):
        build_body(body, bpy.context)


@contextmanager
def undo_step(message: str) -> Iterator[None]:
    """Make what a tick does in the block one undo step, where there is undo."""
    with _window():
        yield
        if not bpy.app.background:
            bpy.ops.ed.undo_push(message=message)


def _window() -> AbstractContextManager[object]:
    """Lend a timer, which has none, the first window; a Blender without windows needs none."""
    manager = bpy.context.window_manager
    if bpy.context.window is None and manager is not None and len(manager.windows):
        return bpy.context.temp_override(window=manager.windows[0])
    return nullcontext()
