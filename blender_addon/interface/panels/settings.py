"""How the job runs."""

import bpy

from .. import properties
from .base import Panel


def show_settings(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Model, steps, sizes; then poses and cameras."""
    assert context.scene is not None
    column = layout.column()
    column.use_property_split = True
    for name in ("clip", "steps", "seed", "texture_size", "views", "resolution", "update_every"):
        column.prop(properties.of(context.scene), name)
    for name in ("poses", "start", "azimuth", "elevation", "field_of_view"):
        column.prop(properties.of(context.scene), name)


class CLIPMATRIX_PT_settings(Panel):
    """How the job runs."""

    bl_idname = "CLIPMATRIX_PT_settings"
    bl_label = "Settings"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender's own form
    show = staticmethod(show_settings)
