"""The nodes of materials and worlds: from Blender 5.0 on all of them have some, and asking whether they do warns."""

from __future__ import annotations

from typing import cast

import bpy


def nodes_of(block: bpy.types.Material | bpy.types.World) -> bpy.types.ShaderNodeTree | None:
    """The nodes that a material or a world shows; None for one that shows a plain colour, before Blender 5.0."""
    if bpy.app.version < (5, 0, 0) and not block.use_nodes:
        return None
    return block.node_tree


def give_nodes(block: bpy.types.Material | bpy.types.World) -> bpy.types.ShaderNodeTree:
    """Have a material or a world show its nodes, Blender's own first ones if it never had any."""
    if bpy.app.version < (5, 0, 0):
        block.use_nodes = True
    return cast("bpy.types.ShaderNodeTree", block.node_tree)
