"""How rough and metallic a character's materials are, a take's or the artist's: where a job's material starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import bpy
import numpy as np
from clipmatrix_protocol import Look

from ..keys import mesh_of
from ..wording import listed
from .base_colour_nodes import shaders_at, shaders_of
from .texture_layout import material_of, slots_worn
from .wiring import Source, source

CLEARLY = 0.1
"""Difference in roughness or metallic from which on an artist is told that it goes."""

Finish = tuple[float, float]
"""Roughness and metallic, each from 0 to 1."""

FINISH = ("Roughness", "Metallic")
"""The sockets of a Principled BSDF that say so."""


def shown_finish(things: Sequence[bpy.types.Object]) -> Look:
    """Roughness and metallic of most triangles, since a job has one of each for all; the default where none is told."""
    told: Counter[Finish] = Counter()
    for material, triangles in _worn(things).items():
        found = finish_of(material)
        if found is not None:
            told[found] += triangles
    if not told:
        return Look()
    (roughness, metallic), _ = told.most_common(1)[0]
    return Look(roughness=roughness, metallic=metallic)


def other_finishes(things: Sequence[bpy.types.Object]) -> Iterator[str]:
    """Say which materials have a finish that a job can't start from."""
    most = shown_finish(things)
    finishes = {material: finish_of(material) for material in _worn(things)}
    other = [material for material, found in finishes.items() if found is not None and _differs(found, most)]
    fed = [material for material, found in finishes.items() if found is None and _sockets(material)]
    if other:
        yield f"The roughness or metallic of {listed(other)} differs from that of most of the character"
    if fed:
        yield f"An image or nodes feed the roughness or metallic of {listed(fed)}"


def _differs(finish: Finish, most: Look) -> bool:
    return bool(np.abs(np.subtract(finish, (most.roughness, most.metallic))).max() > CLEARLY)


def finish_of(material: bpy.types.Material) -> Finish | None:
    """Both as numbers; None where an image or node says one of them, or no Principled BSDF does."""
    return _finish(_sockets(material))


def finish_at(output: Any) -> Finish | None:
    """As :func:`finish_of`, of what reaches one of a material's outputs."""
    return _finish(_sockets_of(shaders_at(output)))


def _finish(sockets: list[Source]) -> Finish | None:
    if not sockets or not all(found.is_value for found in sockets):
        return None
    roughness, metallic = (float(np.clip(found.socket.default_value, 0, 1)) for found in sockets)
    return roughness, metallic


def _worn(things: Sequence[bpy.types.Object]) -> Counter[bpy.types.Material]:
    """How many triangles show each material."""
    worn: Counter[bpy.types.Material] = Counter()
    for thing in things:
        slots, counts = np.unique(slots_worn(thing, mesh_of(thing)), return_counts=True)
        for slot, count in zip(slots, counts, strict=True):
            material = material_of(thing, int(slot))
            if material is not None:
                worn[material] += int(count)
    return worn


def _sockets(material: bpy.types.Material) -> list[Source]:
    """What feeds roughness and metallic of the Principled BSDF that is nearest to the output; empty without one."""
    return _sockets_of(shaders_of(material))


def _sockets_of(shaders: list[Source]) -> list[Source]:
    shader = next((one for one in shaders if one.node.type == "BSDF_PRINCIPLED"), None)
    if shader is None:
        return []
    return [source(shader.node.inputs[name], shader.groups) for name in FINISH]
