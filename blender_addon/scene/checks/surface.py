"""Has the surface a place for a texture?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bpy

from ...errors import Fix, Refusal
from ..keys import mesh_of
from ..materials.uvs import SMALLEST_AREA, are_empty, render_layer, triangle_uvs
from ..wording import listed

GLANCES = 8
"""Faces of a UV layer that are looked at before all of them are."""


def without_uvs(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """Every part needs a UV layer; one Unwrap serves all that have none."""
    bare = [thing for thing in parts if render_layer(mesh_of(thing)) is None and thing.mode != "EDIT"]
    if bare:
        only = {"object": bare[0].name} if len(bare) == 1 else {}
        verb = "has" if len(bare) == 1 else "have"
        yield Refusal(f"{listed(bare)} {verb} no UVs.", fix=Fix("clipmatrix.unwrap", "Unwrap", only))


def empty_uvs(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """The layer that renders must cover some of the image; another that does is offered."""
    for thing in parts:
        mesh = mesh_of(thing)
        layer = render_layer(mesh)
        if layer is None or thing.mode == "EDIT" or _is_in_use(mesh, layer) or not _is_empty(mesh, layer):
            continue
        other = next((other for other in mesh.uv_layers if other != layer and not _is_empty(mesh, other)), None)
        fix = Fix("clipmatrix.unwrap", "Unwrap", {"object": thing.name})
        if other is not None:
            fix = Fix("clipmatrix.use_uv_layer", f"Use {other.name}", {"object": thing.name, "layer": other.name})
        yield Refusal(f"{thing.name}'s UV layer “{layer.name}” is empty.", fix=fix)


def _is_empty(mesh: bpy.types.Mesh, layer: bpy.types.MeshUVLoopLayer) -> bool:
    return are_empty(triangle_uvs(mesh, layer))


def _is_in_use(mesh: bpy.types.Mesh, layer: bpy.types.MeshUVLoopLayer) -> bool:
    """Whether one of a few faces, spread over the mesh, covers some of the image; saves reading all of the layer."""
    count = len(mesh.polygons)
    for glance in range(min(count, GLANCES)):
        first = mesh.polygons[count * glance // GLANCES].loop_start
        a, b, c = (layer.uv[first + corner].vector for corner in range(3))
        one, other = b - a, c - a
        if abs(one.x * other.y - one.y * other.x) / 2 > SMALLEST_AREA:
            return True
    return False
