"""Shape keys that don't add up."""

from __future__ import annotations

import bpy

from ....errors import Refusal
from .base import Fix


class CLIPMATRIX_OT_relative_keys(Fix):
    """Have shape keys add up."""

    bl_idname = "clipmatrix.relative_keys"
    bl_label = "Make Shape Keys Relative"
    bl_description = "Have the shape keys add to the Basis instead of following one another in time"

    def fix(self, context: bpy.types.Context) -> None:
        """Switch Relative on; how keys are interpolated means nothing then, but that of ours tells it from others."""
        thing, mesh = self.mesh()
        if mesh.shape_keys is None:
            raise Refusal(f"{thing.name} has no shape keys.")
        mesh.shape_keys.use_relative = True
        for key in mesh.shape_keys.key_blocks:
            key.interpolation = "KEY_LINEAR"


class CLIPMATRIX_OT_show_all_keys(Fix):
    """Show all shape keys at once."""

    bl_idname = "clipmatrix.show_all_keys"
    bl_label = "Show All Shape Keys"
    bl_description = "Turn off the pin that shows the active shape key alone"

    def fix(self, context: bpy.types.Context) -> None:
        """Turn the pin off."""
        self.one().show_only_shape_key = False


CLASSES = (CLIPMATRIX_OT_relative_keys, CLIPMATRIX_OT_show_all_keys)
