"""The UV layer that renders, first of all: the one that FBX files lay textures by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy
import numpy as np

from .acting import Character

MEANWHILE = "ClipMatrix exchanges names"
"""What a layer is called while another one has not yet let go of its name."""


@contextmanager
def rendered_uvs_first(character: Character) -> Iterator[None]:
    """Have each mesh's rendering UV layer and its first one exchanged, until the block ends."""
    meshes = dict.fromkeys(thing.data for thing in character if isinstance(thing.data, bpy.types.Mesh))
    with ExitStack() as lent:
        for mesh in meshes:
            index = next((index for index, layer in enumerate(mesh.uv_layers) if layer.active_render), 0)
            if index:
                lent.enter_context(_exchanged(mesh, index))
        yield


@contextmanager
def _exchanged(mesh: bpy.types.Mesh, index: int) -> Iterator[None]:
    """Exchange places and names of a mesh's first UV layer and this other one, until the block ends."""
    try:
        _exchange(mesh, index)
        yield
    finally:
        _exchange(mesh, index)


def _exchange(mesh: Any, index: int) -> None:
    """Exchange coordinates and names; layers themselves can't change places."""
    one, other = _coordinates(mesh.uv_layers[0]), _coordinates(mesh.uv_layers[index])
    mesh.uv_layers[0].uv.foreach_set("vector", other)
    mesh.uv_layers[index].uv.foreach_set("vector", one)
    first, second = mesh.uv_layers[0].name, mesh.uv_layers[index].name
    mesh.uv_layers[index].name = MEANWHILE
    mesh.uv_layers[0].name = second
    mesh.uv_layers[index].name = first


def _coordinates(layer: Any) -> np.ndarray:
    found = np.empty(len(layer.uv) * 2, np.float32)
    layer.uv.foreach_get("vector", found)
    return found
