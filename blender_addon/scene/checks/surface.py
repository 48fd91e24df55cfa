"""Has the surface a place for a texture?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bpy

from ...errors import Fix, Refusal
from ..keys import mesh_of
from ..materials.uvs import is_empty, render_layer
from ..wording import listed

GLANCES = 8
"""Corners of a UV layer that are looked at before all of them are."""


def without_uvs(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """Every part needs a UV layer; one Unwrap serves all that have none."""
    bare = [thing for thing in parts if render_layer(mesh_of(thing)) is None and thing.mode != "EDIT"]
    if bare:
        only = {"object": bare[0].name} if len(bare) == 1 else {}
        verb = "has" if len(bare) == 1 else "have"
        yield Refusal(f"{listed(bare)} {verb} no UVs.", fix=Fix("clipmatrix.unwrap", "Unwrap", only))


def empty_uvs(parts: Sequence[bpy.types.Object], armature: bpy.types.Object | None) -> Iterator[Refusal]:
    """The layer that renders must not lie in one spot; another that does not is offered."""
    for thing in parts:
        mesh = mesh_of(thing)
        layer = render_layer(mesh)
        if layer is None or thing.mode == "EDIT" or not _looks_empty(layer) or not is_empty(layer):
            continue
        other = next((other for other in mesh.uv_layers if other != layer and not is_empty(other)), None)
        fix = Fix("clipmatrix.unwrap", "Unwrap", {"object": thing.name})
        if other is not None:
            fix = Fix("clipmatrix.use_uv_layer", f"Use {other.name}", {"object": thing.name, "layer": other.name})
        yield Refusal(f"{thing.name}'s UV layer “{layer.name}” is empty.", fix=fix)


def _looks_empty(layer: bpy.types.MeshUVLoopLayer) -> bool:
    """Whether a few corners, spread over the mesh, all lie in one spot; saves reading all of a layer that is in use."""
    corners = layer.uv
    count = len(corners)
    first = corners[0].vector[:] if count else None
    return all(corners[count * glance // GLANCES].vector[:] == first for glance in range(1, min(count, GLANCES)))
