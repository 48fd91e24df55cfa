"""Which character a headless command works on: the embedded figure it adds, or the one in the open file."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import bpy

from ..bodies.memory import recall
from ..errors import Refusal, reason
from ..interface import properties
from ..interface.selection import selected_character
from ..job import session
from ..job.headless_loop import pump_until
from ..job.phases import WORKING, Phase
from ..output.acting import Character, action_of

STARTUP_CUBE = "Cube"


def window() -> AbstractContextManager[object]:
    """Lend the open file's first window: ``blender --command`` runs outside of any, where nothing is selected.

    To be entered anew after another file has been opened.
    """
    manager = bpy.context.window_manager
    if bpy.context.window is None and manager is not None and len(manager.windows):
        return bpy.context.temp_override(window=manager.windows[0])
    return nullcontext()


def settle() -> None:
    """Leave nothing of a run that failed: let its job end, and discard what came of it.

    Raises
    ------
    Refusal
        If the backend does not let go of it.
    """
    now = session.current()
    if now.state in WORKING:
        now.cancel()
        pump_until(lambda now: now.state not in WORKING)
    if now.result is not None:
        press("discard")


def add_figure() -> None:
    """Ask the backend for the figure as the menu does, wait for it, and let the scene play its Action.

    Raises
    ------
    Refusal
        If it does not come.
    """
    _clear_startup_scene()
    press("add_body")
    pump_until(lambda now: now.state is Phase.IDLE)
    scene = bpy.context.scene
    action = action_of(character())
    if scene is not None and action is not None:
        first, last = action.frame_range[0], action.frame_range[1]
        scene.frame_start = round(first)
        scene.frame_end = round(last) - 1 if action.use_cyclic else round(last)
        scene.frame_set(scene.frame_start)


def load_motion(path: Path) -> None:
    """Have the body play a recording, the scene play just as long, and the next job look at it, not at another Action.

    Raises
    ------
    Refusal
        If the file's character is no body of ClipMatrix's, or the recording can't be read.
    """
    scene, layer = bpy.context.scene, bpy.context.view_layer
    assert scene is not None
    assert layer is not None
    members = character()
    bodies = [member for member in members if recall(member.data) is not None]
    rigs = [member for member in members if member.type == "ARMATURE" and member.name in layer.objects]
    if bodies or rigs:  # of a body that is hidden under its clothes, the rig
        layer.objects.active = (bodies or rigs)[0]
    press("load_motion", filepath=str(path), update_scene_duration=True)
    scene.frame_set(scene.frame_start)
    settings = properties.of(scene)
    settings.poses, settings.action, settings.frames = "ACTION", None, "ALL"


def character() -> Character:
    """Return the selected character's meshes and armature; if none is selected, the first of the file is now.

    Raises
    ------
    Refusal
        If the file has none.
    """
    try:
        return selected_character(bpy.context)
    except Refusal:
        _select_first()
        return selected_character(bpy.context)


def press(operator: str, **options: Any) -> None:
    """Call one of our operators as a click on its button does.

    Raises
    ------
    Refusal
        The operator's own.
    """
    now = session.current()
    operators: Any = bpy.ops
    try:
        outcome = getattr(operators.clipmatrix, operator)(**options)
    except RuntimeError as error:  # how Blender hands on an operator's error report, and a poll that says no
        raise now.error or Refusal(reason(error)) from error
    if outcome != {"FINISHED"}:
        raise now.error or Refusal(f"“{operator}” was not done.")


def _select_first() -> None:
    layer = bpy.context.view_layer
    assert layer is not None
    shown = [thing for thing in layer.objects if thing.visible_get()]
    ranks = {"ARMATURE": 0, "MESH": 1}
    found = sorted((thing for thing in shown if thing.type in ranks), key=lambda thing: (ranks[thing.type], thing.name))
    if not found:
        raise Refusal("The file shows no character.", "Use --figure, or open a file with one.")
    for thing in layer.objects:
        thing.select_set(thing == found[0])
    layer.objects.active = found[0]


def _clear_startup_scene() -> None:
    """Take away the cube that Blender's startup scene brings; a file that was opened stays as it is."""
    cube = bpy.data.objects.get(STARTUP_CUBE)
    if not bpy.data.filepath and cube is not None and isinstance(cube.data, bpy.types.Mesh):
        bpy.data.meshes.remove(cube.data)
