"""Presets for how a job runs and for what may change: Blender's own preset system, with a few that we bring.

What we bring lies in the folder ``presets/`` beside the manifest; what an artist adds lies in the user's own scripts.
"""

from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel
from clipmatrix_protocol import Vary

FOLDER = str(Path(__file__).parents[1])
"""The extension's folder, where Blender looks for ``presets/``; as Blender calls it, so that it counts as read-only."""

SCENE = "settings = bpy.context.scene.clipmatrix"
"""How a preset file finds what it sets."""

OF_QUALITY = ("steps", "views", "resolution", "texture_size", "update_every")
"""The properties that a quality preset holds."""


class CLIPMATRIX_PT_quality_presets(PresetPanel, bpy.types.Panel):
    """Popover with the presets for how long and how finely a job runs."""

    bl_label = "Quality Presets"
    preset_subdir = "clipmatrix/quality"
    preset_operator = "script.execute_preset"
    preset_add_operator = "clipmatrix.quality_preset_add"


class CLIPMATRIX_PT_vary_presets(PresetPanel, bpy.types.Panel):
    """Popover with the presets for what may change."""

    bl_label = "Strength Presets"
    preset_subdir = "clipmatrix/vary"
    preset_operator = "script.execute_preset"
    preset_add_operator = "clipmatrix.vary_preset_add"


class CLIPMATRIX_OT_quality_preset_add(AddPresetBase, bpy.types.Operator):  # type: ignore[misc]
    """Add or remove a quality preset."""

    bl_idname = "clipmatrix.quality_preset_add"
    bl_label = "Add Quality Preset"
    bl_description = "Keep steps, views and sizes under a name, or remove such a preset"
    preset_menu = "CLIPMATRIX_PT_quality_presets"
    preset_subdir = "clipmatrix/quality"
    preset_defines = (SCENE,)
    preset_values = tuple(f"settings.{name}" for name in OF_QUALITY)


class CLIPMATRIX_OT_vary_preset_add(AddPresetBase, bpy.types.Operator):  # type: ignore[misc]
    """Add or remove a preset for what may change."""

    bl_idname = "clipmatrix.vary_preset_add"
    bl_label = "Add Strength Preset"
    bl_description = "Keep the strengths of what may change under a name, or remove such a preset"
    preset_menu = "CLIPMATRIX_PT_vary_presets"
    preset_subdir = "clipmatrix/vary"
    preset_defines = (SCENE,)
    preset_values = tuple(f"settings.vary_{name}" for name in Vary.__struct_fields__)


CLASSES = (
    CLIPMATRIX_PT_quality_presets,
    CLIPMATRIX_PT_vary_presets,
    CLIPMATRIX_OT_quality_preset_add,
    CLIPMATRIX_OT_vary_preset_add,
)

_register_classes, _unregister_classes = bpy.utils.register_classes_factory(CLASSES)


def register() -> None:
    """Register the popovers, and let Blender find what we bring."""
    _register_classes()
    if hasattr(bpy.utils, "register_preset_path"):  # missing in some 4.2; there an artist's own presets work
        bpy.utils.register_preset_path(FOLDER)


def unregister() -> None:
    """Take both away."""
    if hasattr(bpy.utils, "unregister_preset_path"):
        bpy.utils.unregister_preset_path(FOLDER)
    _unregister_classes()
