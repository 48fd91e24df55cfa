"""Keeping what materials show where it is, before another UV layer becomes the one that renders.

Image Texture nodes without a vector, UV outputs of Texture Coordinate nodes, and UV Map, Normal Map and Tangent nodes
that name no layer all follow the layer that renders. Pinned, they name the one that rendered until now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from .node_trees import nodes_of
from .uvs import render_layer

LEFT = 200
"""From an image node to the UV Map node that it gets, in units of the node editor."""


@dataclass(frozen=True)
class _Follower:
    """A node that follows the layer that renders, and the sockets that a UV Map node has to feed, if any."""

    node: Any
    sockets: tuple[Any, ...] = ()


def shows_through(thing: bpy.types.Object) -> bool:
    """Whether any of an object's materials shows something laid out in the layer that renders."""
    return any(_follows(tree) for _, tree in _with_nodes(thing))


def pin(thing: bpy.types.Object, mesh: bpy.types.Mesh, layer: str) -> None:
    """Have all that an object's materials show through the layer that renders go on through this layer.

    A material that is linked from another file, or worn by a mesh whose own layer is called otherwise, is copied first.
    """
    for slot, tree in _with_nodes(thing):
        if not _follows(tree):
            continue
        assert slot.material is not None
        if not slot.material.is_editable or _is_worn_along_another(slot.material, mesh, layer):
            slot.material = slot.material.copy()
            assert slot.material is not None
        _pin(slot.material.node_tree, layer)


def _with_nodes(thing: bpy.types.Object) -> Iterator[tuple[bpy.types.MaterialSlot, bpy.types.ShaderNodeTree]]:
    """An object's material slots whose materials are made of nodes, and those."""
    for slot in thing.material_slots:
        tree = nodes_of(slot.material) if slot.material is not None else None
        if tree is not None:
            yield slot, tree


def _follows(tree: Any) -> bool:
    return any(True for _ in _followers(tree)) or any(_follows(group.node_tree) for group in _groups(tree))


def _groups(tree: Any) -> list[Any]:
    return [node for node in tree.nodes if node.type == "GROUP" and node.node_tree]


def _followers(tree: Any) -> Iterator[_Follower]:
    for node in tree.nodes:
        match node.type:
            case "TEX_IMAGE" if not node.inputs["Vector"].is_linked:
                yield _Follower(node, (node.inputs["Vector"],))
            case "TEX_COORD" if node.outputs["UV"].is_linked:
                yield _Follower(node, tuple(link.to_socket for link in node.outputs["UV"].links))
            case "UVMAP" if not node.uv_map:
                yield _Follower(node)
            case "NORMAL_MAP" if node.space == "TANGENT" and not node.uv_map:
                yield _Follower(node)
            case "TANGENT" if node.direction_type == "UV_MAP" and not node.uv_map:
                yield _Follower(node)


def _is_worn_along_another(material: bpy.types.Material, mesh: bpy.types.Mesh, layer: str) -> bool:
    """Whether another mesh wears the material whose layer that renders has another name."""
    for other in bpy.data.objects:
        if not isinstance(other.data, bpy.types.Mesh) or other.data == mesh:
            continue
        if any(slot.material == material for slot in other.material_slots):
            renders = render_layer(other.data)
            if renders is None or renders.name != layer:
                return True
    return False


def _pin(tree: Any, layer: str) -> None:
    for group in _groups(tree):
        if _follows(group.node_tree):
            group.node_tree = group.node_tree.copy()  # others may use it, along other layers
            _pin(group.node_tree, layer)
    for follower in list(_followers(tree)):
        if not follower.sockets:
            follower.node.uv_map = layer
            continue
        named = tree.nodes.new("ShaderNodeUVMap")
        named.uv_map, named.parent = layer, follower.node.parent
        named.location = follower.node.location
        named.location.x -= LEFT
        for socket in follower.sockets:
            tree.links.new(named.outputs["UV"], socket)
