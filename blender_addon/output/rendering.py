"""Rendering a scene of our own, after which the artist's is as it was."""

from typing import Any

import bpy

from .keeping import poses_kept


def render_scene(scene: bpy.types.Scene, **how: Any) -> None:
    """Render a scene that is not the context's, with the options of Blender's operator.

    The scene is named to the operator, which then gives it the context's frame, and evaluates the context's scene, the
    artist's, when it has rendered. ``temp_override`` would be simpler; but up to Blender 5.0, an operator that runs
    under it crashes now and then where a thread runs Python meanwhile, such as another add-on's.

    Raises
    ------
    RuntimeError
        If the operator renders nothing, as where the context's scene has an engine that only draws the viewport.
    """
    assert bpy.context.scene is not None
    with poses_kept():
        if bpy.ops.render.render(scene=scene.name, **how) != {"FINISHED"}:
            engine = bpy.context.scene.render.engine
            raise RuntimeError(f"Blender renders nothing while the scene's render engine is {engine}")
