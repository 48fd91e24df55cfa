"""From a glTF binary to a subject: the whole way, and what may go wrong on it."""

import struct
from collections.abc import Iterator
from pathlib import Path

import clipmatrix_protocol as protocol
import numpy as np
from pygltflib import Primitive

from ...errors import UsageError
from ..subject import Subject
from .actions import sampled
from .container import Container, open_glb
from .materials import Surface, read_material
from .meshes import TRIANGLES, Morph, morphs, read_part
from .nodes import at_rest, parents, shown, world
from .skins import Joints

FRAMES = 12
"""Frames that are taken of each Action, at most."""


def read_glb(path: Path, frames: int = FRAMES) -> Subject:
    """Read a character as our export writes it, or as any other program does.

    The character starts with all morph targets at 0; those that are not at 0 in the file are its state. Rest comes
    first among its poses, then at most ``frames`` of each animation.

    Parameters
    ----------
    path
        A .glb file with its images and buffers inside. Vertex colours, texture transforms and occlusion textures
        are not read.

    Raises
    ------
    UsageError
        If it is none, is damaged, or shows no triangles.
    """
    try:
        return _subject(path, open_glb(path), frames)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, MemoryError, struct.error) as error:
        raise UsageError(f"cannot make sense of {path}: {error}", "export the character anew") from error


def _subject(path: Path, container: Container, frames: int) -> Subject:
    model = container.model
    above, rest = parents(model), at_rest(model)
    joints = Joints(container, above, world(rest, above)[0])
    found = [(node, primitive) for node, primitive in _primitives(container) if not joints.hidden(node)]
    if not found:
        raise UsageError(f"{path} shows no triangles", "export the character with its mesh")
    materials = list(dict.fromkeys(primitive.material for _, primitive in found))
    surfaces = [read_material(container, material) for material in materials]
    shapes: dict[tuple[str, float], int] = {}
    parts: list[protocol.Part] = []
    for node, primitive in found:
        mesh = model.meshes[model.nodes[node].mesh]
        mine: dict[Morph, int] = {}
        for morph in morphs(mesh, container.node_weights[node]):
            mine[morph] = shapes.setdefault((morph.name, morph.weight), len(shapes))
        slot = materials.index(primitive.material)
        name = f"{mesh.name or 'mesh'} {len(parts)}"
        carried = joints.carry(node)
        parts.append(read_part(container, name, primitive, carried, mine, slot, surfaces[slot].uv_set))
    motions = [world(sampled(container, animation, rest, frames), above) for animation in model.animations]
    poses = np.concatenate([joints.deform(placed) for placed in (world(rest, above), *motions)])
    skeleton = joints.skeleton(model)
    character = protocol.Character(
        name=path.stem,
        parts=tuple(parts),
        shapes=tuple(protocol.Shape(name, 0.0, min(weight, 0.0), max(weight, 0.0)) for name, weight in shapes),
        joints=skeleton.names,
        poses=poses,
        textures=len(surfaces),
    )
    state = protocol.State(
        coefficients=np.array([weight for _, weight in shapes], np.float32),
        offsets=tuple(np.zeros_like(part.vertices) for part in parts),
        textures=tuple(surface.texture for surface in surfaces),
        look=_look(parts, surfaces),
        normal_maps=_normal_maps(surfaces),
    )
    actions = tuple(animation.name or f"Action {index}" for index, animation in enumerate(model.animations))
    return Subject(path.stem, character, state, skeleton, actions)


def _primitives(container: Container) -> Iterator[tuple[int, Primitive]]:
    """Yield what is shown: nodes, and each primitive of their meshes that has triangles."""
    model = container.model
    for node in sorted(shown(model)):
        if model.nodes[node].mesh is not None:
            for primitive in model.meshes[model.nodes[node].mesh].primitives:
                if (TRIANGLES if primitive.mode is None else primitive.mode) == TRIANGLES:
                    yield node, primitive


def _normal_maps(surfaces: list[Surface]) -> tuple[np.ndarray, ...]:
    """One for each material, flat where it has none; none where no material has any."""
    if all(surface.normal_map is None for surface in surfaces):
        return ()
    flat = np.array([[(128, 128, 255)]], np.uint8)
    return tuple(flat if surface.normal_map is None else surface.normal_map for surface in surfaces)


def _look(parts: list[protocol.Part], surfaces: list[Surface]) -> protocol.Look:
    """Average the materials over the triangles that have them; the light is our own, since the file has none."""
    shares = np.zeros(len(surfaces))
    for part in parts:
        shares[part.texture] += len(part.triangles)
    shares /= max(shares.sum(), 1)
    return protocol.Look(
        roughness=float(shares @ [surface.roughness for surface in surfaces]),
        metallic=float(shares @ [surface.metallic for surface in surfaces]),
    )
