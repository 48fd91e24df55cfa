"""Take the selected character out of Blender: glTF, FBX, a film."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ...errors import Refusal
from ...job import session
from ...output import export, pictures
from ...scene import background, characters, suns
from ..guarding import guarded
from ..refusing import refuse
from ..selection import name_of, selected_character

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

SIZE = {"default": 512, "min": 64, "max": 2048, "step": 2}
FRAMES = {"default": pictures.FILM_FRAMES, "min": 8, "max": 1000}


class _Exporting(ExportHelper, bpy.types.Operator):
    """What the exports of a character have in common; each has a ``write(character, path)``."""

    filename_ext: str

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a character selected, in Object or Pose Mode."""
        why_not = _why_not(context)
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask for the file, which is called as the character at first."""
        operator: Any = self
        if not operator.filepath:
            name = bpy.path.clean_name(name_of(selected_character(context)))
            operator.filepath = str(Path(bpy.data.filepath).parent / (name + self.filename_ext))
        return super().invoke(context, event)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Write the file, or say why it can't be."""
        operator: Any = self
        path = bpy.path.ensure_ext(bpy.path.abspath(operator.filepath), self.filename_ext)
        try:
            operator.write(selected_character(context), _writable(Path(path)))
        except (OSError, RuntimeError) as error:  # the disk's reason, or that of Blender's own operator
            raise Refusal(f"The file can't be written: {_reason(error)}", "Try another place.") from error
        return {"FINISHED"}

    def tell(self, character: list[bpy.types.Object], path: Path) -> None:
        """Say that the file is written, and what it lacks."""
        self.report({"INFO"}, f"Wrote {path.name}")
        for remark in export.remarks(character, path):
            self.report({"WARNING"}, remark)


class CLIPMATRIX_OT_export_gltf(_Exporting):
    """Export the selected character as glTF."""

    bl_idname = "clipmatrix.export_gltf"
    bl_label = "Export Character as glTF"
    bl_description = "Write the selected character alone, with its rig, shape keys, textures and all its Actions"

    filename_ext = ".glb"
    filter_glob: StringProperty(default="*.glb", options={"HIDDEN"})  # type: ignore[valid-type]
    lights: BoolProperty(  # type: ignore[valid-type]
        name="Delivered Lights", description="Write the suns that were delivered to this scene into the file, too"
    )

    def write(self, character: list[bpy.types.Object], path: Path) -> None:
        """Write a glTF binary."""
        export.export_glb(character, path, _delivered() if self.lights else ())
        self.tell(character, path)


class CLIPMATRIX_OT_export_fbx(_Exporting):
    """Export the selected character as FBX."""

    bl_idname = "clipmatrix.export_fbx"
    bl_label = "Export Character as FBX"
    bl_description = "Write the selected character alone, with its rig, shape keys, textures and all its Actions"

    filename_ext = ".fbx"
    filter_glob: StringProperty(default="*.fbx", options={"HIDDEN"})  # type: ignore[valid-type]

    def write(self, character: list[bpy.types.Object], path: Path) -> None:
        """Write a binary FBX."""
        export.export_fbx(character, path)
        self.tell(character, path)


class CLIPMATRIX_OT_export_turntable(_Exporting):
    """Film the selected character."""

    bl_idname = "clipmatrix.export_turntable"
    bl_label = "Film a Turntable"
    bl_description = "Film the selected character from all around while it plays its Action"

    filename_ext = ".mp4"
    filter_glob: StringProperty(default="*.mp4", options={"HIDDEN"})  # type: ignore[valid-type]
    size: IntProperty(name="Size", description="Side of the film in pixels", **SIZE)  # type: ignore[valid-type]
    frames: IntProperty(  # type: ignore[valid-type]
        name="Frames", description="Length of the film, in which the camera goes around once", **FRAMES
    )

    def write(self, character: list[bpy.types.Object], path: Path) -> None:
        """Film at once where there is no window; otherwise a frame at a time, so that Esc can stop it."""
        if bpy.app.background:
            pictures.turntable(character, path, size=_even(self.size), frames=self.frames)
            self.report({"INFO"}, f"Wrote {path.name}")
        else:
            operators: Any = bpy.ops
            operators.clipmatrix.film("INVOKE_DEFAULT", filepath=str(path), size=self.size, frames=self.frames)


class CLIPMATRIX_OT_film(bpy.types.Operator):
    """Film the selected character, a frame at a time."""

    bl_idname = "clipmatrix.film"
    bl_label = "Film Frame by Frame"
    bl_description = "Film the selected character into a given file; Esc stops"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's own form

    filepath: StringProperty(  # type: ignore[valid-type]
        name="File", description="The film's file", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    size: IntProperty(name="Size", description="Side of the film in pixels", **SIZE)  # type: ignore[valid-type]
    frames: IntProperty(  # type: ignore[valid-type]
        name="Frames", description="Length of the film, in which the camera goes around once", **FRAMES
    )

    _film: Iterator[int]
    _timer: bpy.types.Timer

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With a character selected, in Object or Pose Mode."""
        why_not = _why_not(context)
        if why_not:
            cls.poll_message_set(why_not)
        return not why_not

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Begin."""
        manager = context.window_manager
        assert manager is not None
        character = selected_character(context)
        self._film = pictures.filming(character, Path(self.filepath), _even(self.size), self.frames)
        self._timer = manager.event_timer_add(0.01, window=context.window)
        manager.progress_begin(0, self.frames)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[OperatorReturnItems]:
        """Take the next frame at each timer event, unless a script has had Blender render meanwhile."""
        if event.type == "ESC":
            self._end(context)
            self.report({"INFO"}, "The film was stopped, and nothing was written")
            return {"CANCELLED"}
        if event.type != "TIMER" or background.under_way():
            return {"RUNNING_MODAL"}
        try:
            self._tell(context, next(self._film))
        except StopIteration:
            self._end(context)
            self.report({"INFO"}, f"Wrote {Path(self.filepath).name}")
            return {"FINISHED"}
        except (OSError, RuntimeError) as error:
            self._end(context)
            return refuse(self, Refusal(f"The film can't be made: {_reason(error)}", "Try another place."))
        except Exception as exception:
            self._end(context)
            return refuse(self, session.current().note_unforeseen(exception))
        return {"RUNNING_MODAL"}

    def _tell(self, context: bpy.types.Context, done: int) -> None:
        assert context.window_manager is not None
        context.window_manager.progress_update(done)
        if context.workspace is not None:
            context.workspace.status_text_set(f"Filming: {done} of {self.frames}. Esc stops.")

    def _end(self, context: bpy.types.Context) -> None:
        film: Any = self._film
        film.close()
        manager = context.window_manager
        assert manager is not None
        manager.event_timer_remove(self._timer)
        manager.progress_end()
        if context.workspace is not None:
            context.workspace.status_text_set(None)


def _why_not(context: bpy.types.Context) -> str:
    """Why nothing can be exported now, in words; empty if something can.

    Exports and films go to other frames, which what Blender renders meanwhile must not see; and two renders at once
    crash it.
    """
    if doing := background.under_way():
        return doing
    if context.mode not in ("OBJECT", "POSE"):
        return "Switch to Object Mode or Pose Mode first"
    try:
        characters.selected_cast(context)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _delivered() -> list[bpy.types.Object]:
    scene = bpy.context.scene
    found = suns.delivered(scene) if scene else []
    if not found:
        raise Refusal("No lights have been delivered to this scene.", "Press Deliver Lights first.")
    return found


def _writable(path: Path) -> Path:
    if not path.parent.is_dir():
        raise Refusal(f"There is no folder {path.parent}.", "Choose another one.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Refusal(f"{path} can't be written.", "Choose another place.")
    return path


def _reason(error: Exception) -> str:
    """The last line of an error, where Blender's operators put the cause below a trace."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].rstrip(".") + "."


def _even(size: int) -> int:
    """H.264 takes no odd sizes."""
    return size - size % 2


CLASSES = (
    CLIPMATRIX_OT_export_gltf,
    CLIPMATRIX_OT_export_fbx,
    CLIPMATRIX_OT_export_turntable,
    CLIPMATRIX_OT_film,
)
