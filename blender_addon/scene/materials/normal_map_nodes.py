"""How a material leans its normals: a normal map of the artist's own, read off its nodes without a render."""

from __future__ import annotations

from dataclasses import dataclass

import bpy

from .base_colour_nodes import Colour, Picture, coat_of, shader_of
from .wiring import Source, source


@dataclass(frozen=True)
class Lean:
    """A Normal Map node in tangent space; for use at once.

    Attributes
    ----------
    coat
        What feeds it.
    layer
        The UV layer that its tangents follow; empty for the one that renders.
    strength
        Multiplies what it says.
    downwards
        Whether green grows against v, as DirectX has it.
    """

    coat: Picture | Colour
    layer: str = ""
    strength: float = 1.0
    downwards: bool = False


@dataclass(frozen=True)
class Leaning:
    """What leans a material's normals, None for nothing; and if it can't be read, what it does, in words."""

    lean: Lean | None
    unread: str = ""


def read_leaning(material: bpy.types.Material | None) -> Leaning:
    """Read what leans a material's normals."""
    shader = shader_of(material) if material is not None else None
    socket = shader.node.inputs.get("Normal") if shader is not None else None
    if shader is None or socket is None:
        return Leaning(None)
    found = source(socket, shader.groups)
    if found.is_value:
        return Leaning(None)
    read = _lean(found)
    return Leaning(None, read) if isinstance(read, str) else Leaning(read)


def _lean(found: Source) -> Lean | str:
    """What a source of normals is; in words, if it can't be read."""
    node = found.node
    if node.type == "BUMP":
        return "has bumps"
    if node.type != "NORMAL_MAP":
        return "mixes its normals in nodes"
    if node.space != "TANGENT":
        return "has a normal map that is not in tangent space"
    strength = source(node.inputs["Strength"], found.groups)
    fed = source(node.inputs["Color"], found.groups)
    coat = coat_of(fed)
    if isinstance(coat, str) and fed.node.type == "TEX_IMAGE":
        return coat
    if not strength.is_value or not isinstance(coat, Picture | Colour):
        return "mixes its normal map in nodes"
    return Lean(
        coat=coat,
        layer=node.uv_map,
        strength=max(0.0, float(strength.socket.default_value)),
        downwards=getattr(node, "convention", "OPENGL") == "DIRECTX",  # from Blender 5.1 on
    )
