"""What Blender does beside the artist with the scene's own data, which must not change meanwhile."""

from __future__ import annotations

import bpy


def under_way() -> str:
    """What evaluates the scene again and again from a thread of its own, in words; empty if nothing does."""
    if bpy.app.is_job_running("RENDER"):
        return "Blender is rendering"
    if bpy.app.is_job_running("OBJECT_BAKE"):
        return "Blender is baking"
    return ""
