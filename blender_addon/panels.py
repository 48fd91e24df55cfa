"""The sidebar tab: connection, character, prompt, what may change, progress, result."""

import bpy

from . import characters, errors, preferences, properties, session
from .errors import Refusal
from .phases import BUSY, FREE, WORKING, Phase

ICONS = {
    Phase.OFFLINE: "UNLINKED",
    Phase.CONNECTING: "SORTTIME",
    Phase.REFUSED: "CANCEL",
    Phase.LOST: "ERROR",
}
"""By state; every other one is connected."""


class _Panel(bpy.types.Panel):
    """Where all of them are; what is in one is its ``show``."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "ClipMatrix"

    def draw(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        assert self.layout is not None
        self.show(self.layout, context)

    @staticmethod
    def show(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        """Draw the panel."""
        raise NotImplementedError


def show_connection(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The state of the connection in one line, with what changes it."""
    now = session.current()
    where = f" to {now.welcome.device}" if now.welcome and now.state in BUSY | FREE else ""
    state = f"Connected{where}" if now.state in BUSY | FREE else now.state.value.capitalize()
    layout.label(text=state, icon=ICONS.get(now.state, "LINKED"))  # type: ignore[arg-type]
    if now.state in (Phase.OFFLINE, Phase.REFUSED):
        preferences.draw(preferences.of(context), layout.column(align=True))
    if now.state is Phase.OFFLINE:
        layout.operator("clipmatrix.connect")
    elif now.state not in BUSY:
        layout.operator("clipmatrix.disconnect")
    if now.error:
        errors.draw(now.error, layout)
        layout.operator("clipmatrix.copy_report", icon="COPYDOWN")


def show_character(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The selected character's parts, or what is missing."""
    try:
        parts = characters.selected_parts(context)
    except Refusal as refusal:
        errors.draw(refusal, layout)
        return
    rig = characters.armature_of(parts[0])
    layout.label(text=rig.name if rig else "No armature", icon="ARMATURE_DATA")
    for part in parts:
        count = len(part.data.vertices) if isinstance(part.data, bpy.types.Mesh) else 0
        layout.label(text=f"{part.name}: {count:,} vertices", icon="MESH_DATA")


def show_job(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Generate or stop; progress; accept or discard; remarks."""
    now = session.current()
    if now.state in WORKING:
        layout.operator("clipmatrix.stop", icon="CANCEL")
    else:
        layout.operator("clipmatrix.generate", icon="PLAY")
    progress = now.progress
    if progress and now.state in WORKING | {Phase.LOST}:
        text = f"{progress.step} of {progress.steps}, {progress.seconds_left:.0f} s left"
        layout.progress(factor=progress.step / max(progress.steps, 1), type="BAR", text=text)
        layout.label(text=f"Similarity {progress.similarity:.3f}")
    elif now.state in WORKING:
        layout.label(text=now.state.value.capitalize(), icon="SORTTIME")
    if now.paused:
        layout.label(text=f"Waits: {now.paused}", icon="PAUSE")
    if now.summary:
        layout.label(text=f"Similarity {now.summary.similarity_before:.3f} to {now.summary.similarity_after:.3f}")
    if now.result is not None and now.state not in BUSY:
        row = layout.row(align=True)
        row.operator("clipmatrix.accept", icon="CHECKMARK")
        row.operator("clipmatrix.discard", icon="TRASH")
    for remark in (*now.remarks, *now.warnings):
        layout.label(text=remark, icon="INFO")


def show_prompt(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The text, and what it judges."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    layout.prop(settings, "prompt", text="")
    layout.prop(settings, "shading")


def show_vary(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The five strengths."""
    assert context.scene is not None
    column = layout.column(align=True)
    for name in ("vary_shape", "vary_offsets", "vary_texture", "vary_material", "vary_light"):
        column.prop(properties.of(context.scene), name, slider=True)


def show_settings(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Model, steps, sizes; then poses and cameras."""
    assert context.scene is not None
    column = layout.column()
    column.use_property_split = True
    for name in ("clip", "steps", "seed", "texture_size", "views", "resolution", "update_every"):
        column.prop(properties.of(context.scene), name)
    for name in ("poses", "start", "azimuth", "elevation", "field_of_view"):
        column.prop(properties.of(context.scene), name)


class CLIPMATRIX_PT_connection(_Panel):
    """Whom we talk to, and what is wrong."""

    bl_idname = "CLIPMATRIX_PT_connection"
    bl_label = "Connection"
    show = staticmethod(show_connection)


class CLIPMATRIX_PT_character(_Panel):
    """What is selected."""

    bl_idname = "CLIPMATRIX_PT_character"
    bl_label = "Character"
    show = staticmethod(show_character)


class CLIPMATRIX_PT_prompt(_Panel):
    """What it shall become."""

    bl_idname = "CLIPMATRIX_PT_prompt"
    bl_label = "Prompt"
    show = staticmethod(show_prompt)


class CLIPMATRIX_PT_vary(_Panel):
    """The five strengths."""

    bl_idname = "CLIPMATRIX_PT_vary"
    bl_label = "What May Change"
    show = staticmethod(show_vary)


class CLIPMATRIX_PT_generate(_Panel):
    """The job and its result."""

    bl_idname = "CLIPMATRIX_PT_generate"
    bl_label = "Generate"
    show = staticmethod(show_job)


class CLIPMATRIX_PT_settings(_Panel):
    """How the job runs."""

    bl_idname = "CLIPMATRIX_PT_settings"
    bl_label = "Settings"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender's own form
    show = staticmethod(show_settings)


CLASSES = (
    CLIPMATRIX_PT_connection,
    CLIPMATRIX_PT_character,
    CLIPMATRIX_PT_prompt,
    CLIPMATRIX_PT_vary,
    CLIPMATRIX_PT_generate,
    CLIPMATRIX_PT_settings,
)


def register() -> None:
    """Register the panels."""
    for panel in CLASSES:
        bpy.utils.register_class(panel)


def unregister() -> None:
    """Take them off."""
    for panel in reversed(CLASSES):
        bpy.utils.unregister_class(panel)
