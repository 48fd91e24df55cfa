"""What a material's base colour is made of, read off its nodes without a render."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import bpy
import numpy as np

from . import images
from .node_trees import nodes_of
from .wiring import Source, outputs, source, upstream

COLOURS = {
    "BSDF_PRINCIPLED": "Base Color", "BSDF_DIFFUSE": "Color", "BSDF_TOON": "Color", "SUBSURFACE_SCATTERING": "Color",
    "BSDF_GLOSSY": "Color", "EMISSION": "Color",
}  # fmt: skip
"""The socket that is a shader's colour, by the node's type; in a mixture the first of these kinds counts."""

SHADERS = frozenset({"SHADER"})

Extension = Literal["REPEAT", "EXTEND", "CLIP", "MIRROR"]
"""How an image goes on beyond its border, as Blender's image nodes have it."""

BARE = (0.8, 0.8, 0.8)
"""Linear colour of a surface without material, as Blender shows it."""


@dataclass(frozen=True)
class Colour:
    """One colour throughout, linear."""

    rgb: tuple[float, float, float]


@dataclass(frozen=True)
class Picture:
    """An image; for use at once.

    Attributes
    ----------
    image
        With pixels.
    layer
        The UV layer it is laid out in; empty for the one that renders.
    placing
        (2, 3), by rows: what becomes of (u, v, 1) on the way to the image; None for nothing.
    extension
        What is beyond its border.
    straight
        Whether transparent pixels show their own colour rather than darkness.
    """

    image: bpy.types.Image
    layer: str = ""
    placing: tuple[tuple[float, float, float], ...] | None = None
    extension: Extension = "REPEAT"
    straight: bool = False


@dataclass(frozen=True)
class Painted:
    """Colours of the mesh's own corners or vertices: the attribute's name, empty for the one that renders."""

    attribute: str


Coat = Colour | Picture | Painted


@dataclass(frozen=True)
class Reading:
    """A coat, and a sentence if it is not quite what the material shows."""

    coat: Coat
    remark: str = ""


def read_coat(material: bpy.types.Material | None) -> Reading:
    """Read what a material's surface shows before any light falls on it."""
    if material is None:
        return Reading(Colour(BARE))
    tree = nodes_of(material)
    if tree is None:
        return Reading(_viewport(material))
    found = outputs(tree)
    readings = [_reading(material, shaders_at(output)) for output in found if output.inputs["Surface"].links]
    if not readings:
        return _reading(material, [])
    first = readings[0]
    if first.remark or all(other.coat == first.coat for other in readings):
        return first
    return Reading(first.coat, _of_several(material, found[0].target))


def shader_of(material: bpy.types.Material) -> Source | None:
    """The shader whose colour counts, the nearest to the output; None if there is none of a known kind."""
    return _foremost(shaders_of(material))


def shaders_of(material: bpy.types.Material) -> list[Source]:
    """All shaders that a material shows, the nearest to the output first; none where it is not made of nodes."""
    tree = nodes_of(material)
    found = outputs(tree) if tree is not None else []
    return shaders_at(found[0]) if found else []


def shaders_at(output: Any) -> list[Source]:
    """All shaders that reach one of a material's outputs, the nearest first."""
    first = source(output.inputs["Surface"])
    return [] if first.is_value else list(upstream(first, SHADERS))


def _foremost(shaders: list[Source]) -> Source | None:
    found = [one for one in shaders if one.node.type in COLOURS]
    return min(found, key=lambda one: one.node.type == "EMISSION", default=None)  # the nearest; light comes last


def _reading(material: bpy.types.Material, shaders: list[Source]) -> Reading:
    shader = _foremost(shaders)
    if shader is None:
        return Reading(_viewport(material), _otherwise(material, "has no shader that ClipMatrix knows"))
    found = source(shader.node.inputs[COLOURS[shader.node.type]], shader.groups)
    coat = coat_of(found)
    if isinstance(coat, str):
        return _instead(material, found, coat)
    return Reading(coat)


def coat_of(found: Source) -> Coat | str:
    """What a source is; in words, if it can't be read."""
    if found.is_value:
        return Colour(_rgb(found.socket.default_value))
    match found.node.type:
        case "RGB":
            return Colour(_rgb(found.node.outputs[0].default_value))
        case "VERTEX_COLOR":
            return Painted(found.node.layer_name)
        case "ATTRIBUTE" if found.node.attribute_type == "GEOMETRY" and found.socket.name == "Color":
            return Painted(found.node.attribute_name)
        case "TEX_IMAGE" if found.socket.name == "Color":
            return _picture(found)
        case _:
            return "mixes its colour in nodes"


def _picture(found: Source) -> Picture | str:
    node, image = found.node, found.node.image
    if image is None:
        return "has an image node without an image"
    if image.source not in {"FILE", "GENERATED"}:
        return f"shows “{image.name}”, which is made of several images"
    if not images.is_there(image):
        return f"shows “{image.name}”, which can't be read"
    placed = _placed(found)
    if node.projection != "FLAT" or placed is None:
        return f"lays “{image.name}” out in another way than by UVs"
    layer, placing = placed
    whole = np.array_equal(placing, np.eye(3)[:2])
    return Picture(
        image=image,
        layer=layer,
        placing=None if whole else tuple((float(x), float(y), float(z)) for x, y, z in placing),
        extension=node.extension,
        straight=bool(node.outputs["Alpha"].links),
    )


def _placed(found: Source) -> tuple[str, np.ndarray] | None:
    """The UV layer of an image node's vector, and what is done to it, (2, 3); None for anything else."""
    vector, placing = source(found.node.inputs["Vector"], found.groups), np.eye(3)
    while not vector.is_value and vector.node.type == "MAPPING":
        turn = _mapping(vector.node)
        if turn is None:
            return None
        placing = placing @ turn
        vector = source(vector.node.inputs["Vector"], vector.groups)
    if vector.is_value:
        return ("", placing[:2]) if vector.node == found.node else None
    match vector.node.type:
        case "UVMAP":
            return vector.node.uv_map, placing[:2]
        case "ATTRIBUTE" if vector.node.attribute_type == "GEOMETRY" and vector.socket.name == "Vector":
            return vector.node.attribute_name, placing[:2]
        case "TEX_COORD" if vector.socket.name == "UV":
            return "", placing[:2]
        case _:
            return None


def _mapping(node: Any) -> np.ndarray | None:
    """What a Mapping node does to (u, v, 1): (3, 3); None where it can't be said so."""
    place, turn, scale = (node.inputs[name] for name in ("Location", "Rotation", "Scale"))
    if node.vector_type != "POINT" or any(socket.links for socket in (place, turn, scale)):
        return None
    x, y, angle = turn.default_value
    if x or y:
        return None
    cosine, sine = np.cos(angle), np.sin(angle)
    (sx, sy, _), (px, py, _) = scale.default_value, place.default_value
    return np.array([[cosine * sx, -sine * sy, px], [sine * sx, cosine * sy, py], [0, 0, 1]])


def _instead(material: bpy.types.Material, found: Source, why: str) -> Reading:
    """The only image that goes into a colour that can't be read, or the colour of the viewport."""
    behind = () if found.is_value else _pictures(found)
    pictures = list(dict.fromkeys(behind))
    if len(pictures) == 1 and found.node.type != "TEX_IMAGE":
        name = pictures[0].image.name
        return Reading(pictures[0], f"“{material.name}” {why}; ClipMatrix starts from its image “{name}” as it is.")
    return Reading(_viewport(material), _otherwise(material, why))


def _pictures(first: Source) -> Iterator[Picture]:
    for found in upstream(first):
        coat = _picture(found) if found.node.type == "TEX_IMAGE" else None
        if isinstance(coat, Picture):
            yield coat


def _of_several(material: bpy.types.Material, target: str) -> str:
    which = {"EEVEE": "EEVEE", "CYCLES": "Cycles"}.get(target, "all renderers")
    return f"“{material.name}” shows each renderer another colour; ClipMatrix starts from its output for {which}."


def _otherwise(material: bpy.types.Material, why: str) -> str:
    return f"“{material.name}” {why}; ClipMatrix starts from its colour in the viewport (Viewport Display) instead."


def _viewport(material: bpy.types.Material) -> Colour:
    return Colour(_rgb(material.diffuse_color))


def _rgb(value: Any) -> tuple[float, float, float]:
    red, green, blue = (float(np.nan_to_num(number)) for number in list(value)[:3])
    return red, green, blue
