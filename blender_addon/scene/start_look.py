"""How rough and metallic a character's materials are, a take's or the artist's: where a job's material starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import bpy
import numpy as np
from clipmatrix_protocol import Look

from .coats import shaders_of
from .keys import mesh_of
from .laying import material_of, slots_worn
from .wiring import source


def shown_finish(things: Sequence[bpy.types.Object]) -> Look:
    """Roughness and metallic of most triangles, since a job has one of each for all; the default where none is told."""
    told: Counter[tuple[float, float]] = Counter()
    for thing in things:
        slots, counts = np.unique(slots_worn(thing, mesh_of(thing)), return_counts=True)
        for slot, count in zip(slots, counts, strict=True):
            found = _read(material_of(thing, int(slot)))
            if found is not None:
                told[found] += int(count)
    if not told:
        return Look()
    (roughness, metallic), _ = told.most_common(1)[0]
    return Look(roughness=roughness, metallic=metallic)


def _read(material: bpy.types.Material | None) -> tuple[float, float] | None:
    """Both numbers of a material's Principled BSDF; None where there is none, or an image or node says them."""
    if material is None or not material.use_nodes or material.node_tree is None:
        return None
    shader = next((one for one in shaders_of(material) if one.node.type == "BSDF_PRINCIPLED"), None)
    if shader is None:
        return None
    sockets = [source(shader.node.inputs[name], shader.groups) for name in ("Roughness", "Metallic")]
    if not all(found.is_value for found in sockets):
        return None
    roughness, metallic = (float(np.clip(found.socket.default_value, 0, 1)) for found in sockets)
    return roughness, metallic
