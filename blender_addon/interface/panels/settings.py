"""How the job runs: the few settings that matter, and below them, folded, poses, cameras and the rest."""

import bpy

from ...errors import Refusal
from .. import properties
from ..paragraph import refusal_box
from ..presets import CLIPMATRIX_PT_quality_presets
from .base import CLOSED, Panel


def show_settings(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """How long, how fine, from where."""
    _show(layout, context, "steps", "texture_size", "seed", "variations", "start")


def show_poses(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """In which poses the character is looked at."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    _show(layout, context, "poses")
    if settings.poses == "CURRENT":
        _show(layout, context, "pose_jitter")
    if settings.poses != "ACTION":
        return
    _show(layout, context, "action", "frames")
    if settings.frames == "RANGE":
        _show(layout, context, "first_frame", "last_frame")
    try:
        layout.label(text=properties.poses_in_words(settings), icon="ACTION")
    except Refusal as refusal:
        refusal_box(layout, refusal)


def show_cameras(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """From where the character is looked at."""
    assert context.scene is not None
    settings = properties.of(context.scene)
    _show(layout, context, "cameras")
    if properties.has_orbit(settings):
        _show(layout, context, *properties.ORBIT)
    if settings.cameras != "ORBIT":
        _show(layout, context, "jitter")
        for thing in properties.scene_cameras(context.scene):
            layout.label(text=thing.name, icon="CAMERA_DATA")


def show_advanced(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What seldom needs a change."""
    _show(layout, context, "clip", "views", "resolution", "view_words", "crops")
    _show(layout, context, "suns", "shadows", "early_stop", "update_every")


def _show(layout: bpy.types.UILayout, context: bpy.types.Context, *names: str) -> None:
    assert context.scene is not None
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    for name in names:
        column.prop(properties.of(context.scene), name)


class CLIPMATRIX_PT_settings(Panel):
    """How the job runs."""

    bl_idname = "CLIPMATRIX_PT_settings"
    bl_label = "Settings"
    bl_options = CLOSED
    show = staticmethod(show_settings)

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Called by Blender."""
        CLIPMATRIX_PT_quality_presets.draw_panel_header(self.layout)


class CLIPMATRIX_PT_poses(Panel):
    """In which poses it is looked at."""

    bl_idname = "CLIPMATRIX_PT_poses"
    bl_parent_id = "CLIPMATRIX_PT_settings"
    bl_label = "Poses"
    bl_options = CLOSED
    show = staticmethod(show_poses)


class CLIPMATRIX_PT_cameras(Panel):
    """From where it is looked at."""

    bl_idname = "CLIPMATRIX_PT_cameras"
    bl_parent_id = "CLIPMATRIX_PT_settings"
    bl_label = "Cameras"
    bl_options = CLOSED
    show = staticmethod(show_cameras)


class CLIPMATRIX_PT_advanced(Panel):
    """What seldom needs a change."""

    bl_idname = "CLIPMATRIX_PT_advanced"
    bl_parent_id = "CLIPMATRIX_PT_settings"
    bl_label = "Advanced"
    bl_options = CLOSED
    show = staticmethod(show_advanced)
