"""Messages to scene: begin a draft on a character, write states into it, then accept or discard it.

A draft touches a shape key of ours, the values of the artist's shape keys, and copies of the materials. Mesh,
weights, UV layers, vertex order and the artist's own materials are never written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np
from clipmatrix_protocol import State, Vary

from ..errors import Refusal
from . import background, geometry, keys, light
from .binding import Binding, PartBinding, way_home
from .handles import find, find_mesh
from .materials import surface
from .materials.canvas import Canvas


@dataclass(frozen=True, eq=False)
class PartBefore:
    """What one part was before; ``surface`` is None where the job leaves texture, normal map and material alone.

    ``light`` is what it said of the light it was judged under.
    """

    keys: keys.KeysBefore
    surface: surface.SurfaceBefore | None
    light: str = ""


@dataclass(frozen=True, eq=False)
class Draft:
    """A character with a job's work on it, and everything needed to take that off again."""

    binding: Binding
    vary: Vary
    before: tuple[PartBefore, ...]


def blocked(binding: Binding) -> str:
    """Why the scene can't be written at the moment, in words; empty if it can."""
    if doing := background.under_way():
        return doing
    for part in binding.parts:
        thing = find_mesh(part.object)
        if thing is not None and keys.mesh_of(thing).is_editmode:  # its own, or that of another object that shares it
            return f"{thing.name} is in edit mode"
        if thing is not None and thing.use_dynamic_topology_sculpting:  # which leaves with a mesh of its own
            return f"{thing.name} is being sculpted with Dyntopo"
    return ""


def is_remodelled(thing: bpy.types.Object, part: PartBinding) -> bool:
    """Whether an object's vertices are others than were sent, or in another order, as Dyntopo may leave them."""
    return len(keys.mesh_of(thing).vertices) != part.vertices or geometry.weave(thing) != part.weave


def object_of(part: PartBinding) -> bpy.types.Object:
    """A part's object.

    Raises
    ------
    Refusal
        If it is gone or has been remodelled.
    """
    thing = find_mesh(part.object)
    if thing is None:
        gone = "in the file" if find(part.object, bpy.data.objects) is None else "a mesh"
        raise Refusal(f"{part.object.name} is no longer {gone}.", "Undo, or generate anew without it.")
    if is_remodelled(thing, part):
        raise Refusal(f"{thing.name} was remodelled while the job ran.", "Undo, or generate anew.")
    return thing


def begin(binding: Binding, vary: Vary) -> Draft:
    """Remember the character as it is; writes nothing yet.

    Raises
    ------
    Refusal
        If an object of the character is gone or has been remodelled.
    """
    paints = vary.texture > 0 or vary.material > 0 or vary.normals > 0
    before = []
    reserved: set[str] = set()
    for part in binding.parts:
        thing = object_of(part)
        names = tuple(name for _, name in part.shapes) if vary.shape > 0 else ()
        painted = surface.record(thing, reserved) if paints else None
        before.append(PartBefore(keys.record(thing, names), painted, light.text_of(thing)))
    return Draft(binding, vary, tuple(before))


def apply(draft: Draft, state: State) -> None:
    """Write a state into the scene; makes whatever is missing, so it may follow an undo.

    Raises
    ------
    Refusal
        If an object of the character is gone or has been remodelled, or the state is of another character.
    """
    for _ in pieces(draft, state, Canvas()):
        pass


def pieces(draft: Draft, state: State, canvas: Canvas) -> Iterator[None]:
    """Write a state as :func:`apply` does, a few milliseconds' work each time the iterator is advanced.

    Nothing of Blender's is kept from one piece to the next, so anything may happen to the scene in between.

    Parameters
    ----------
    canvas
        Where textures are prepared; worth keeping for the next state.

    Raises
    ------
    Refusal
        As :func:`apply`, from any piece.
    """
    _check(draft.binding, state)
    for part in draft.binding.parts:
        object_of(part)  # all must be there before the first is changed
    for index, (part, before) in enumerate(zip(draft.binding.parts, draft.before, strict=True)):
        _write_keys(part, before.keys, draft.vary, state, index)
        light.put(object_of(part), light.written(state.look))
        yield
        if before.surface is not None:
            yield from _surface_pieces(part, before.surface, draft.vary, state, canvas)


def packing(draft: Draft, state: State) -> Iterator[None]:
    """Pack what was painted, so that it is safe in every file that Blender saves; a piece at a time, as :func:`pieces`.

    Blender asks nobody before it saves by itself, every few minutes, when it is quit, or when it crashes.
    """
    for part, before in zip(draft.binding.parts, draft.before, strict=True):
        if before.surface is not None:
            texture, normal_map = _painted(draft.vary, state, part)
            yield from surface.packing(before.surface, texture, normal_map)


def paint_is_lost(draft: Draft) -> bool:
    """Whether the draft has come out of a file that Blender saved by itself before the job was through."""
    return any(before.surface is not None and surface.is_lost(before.surface) for before in draft.before)


def accept(draft: Draft) -> None:
    """Make the draft part of the file: pack its images. The artist's materials stay, with a fake user."""
    for part, before in zip(draft.binding.parts, draft.before, strict=True):
        if before.surface is not None:
            surface.keep(find_mesh(part.object), before.surface)


def discard(draft: Draft) -> None:
    """Put every object that is still there back exactly as it was before the draft."""
    undress(draft)
    for before in draft.before:
        if before.surface is not None:
            surface.sweep(before.surface)


def undress(draft: Draft) -> None:
    """Put the objects back as :func:`discard` does; what the draft has painted stays in the file."""
    for part, before in zip(draft.binding.parts, draft.before, strict=True):
        thing = find_mesh(part.object)
        if thing is not None:
            keys.restore(thing, before.keys)
            keys.mesh_of(thing).update()
            light.put(thing, before.light)
            if before.surface is not None:
                surface.restore(thing, before.surface)


def _write_keys(part: PartBinding, before: keys.KeysBefore, vary: Vary, state: State, index: int) -> None:
    thing = object_of(part)
    if vary.shape > 0:
        values = {name: float(state.coefficients[place]) for place, name in part.shapes}
        keys.write_values(thing, keys.renamed(thing, values, before))
    if vary.offsets > 0:
        way = way_home(part, geometry.basis(thing))
        keys.write_offsets(thing, state.offsets[index].astype(np.float64) @ way.T)
    keys.mesh_of(thing).update()


def _surface_pieces(
    part: PartBinding, before: surface.SurfaceBefore, vary: Vary, state: State, canvas: Canvas
) -> Iterator[None]:
    surface.dress(object_of(part), before)
    if vary.material > 0:
        surface.polish(before, state.look)
    yield
    texture, normal_map = _painted(vary, state, part)
    if texture is not None:
        yield from surface.painting(before, texture, canvas)
    if normal_map is not None:
        yield from surface.embossing(before, normal_map, canvas)


def _painted(vary: Vary, state: State, part: PartBinding) -> tuple[np.ndarray | None, np.ndarray | None]:
    """A part's base colour and normal map, as far as the job makes them."""
    texture = state.textures[part.texture] if vary.texture > 0 and state.textures else None
    normal_map = state.normal_maps[part.texture] if vary.normals > 0 and state.normal_maps else None
    return texture, normal_map


def _check(binding: Binding, state: State) -> None:
    shapes = 1 + max((place for part in binding.parts for place, _ in part.shapes), default=-1)
    fits = (
        len(state.coefficients) >= shapes
        and [len(offsets) for offsets in state.offsets] == [part.vertices for part in binding.parts]
        and all(
            not images or all(part.texture < len(images) for part in binding.parts)
            for images in (state.textures, state.normal_maps)
        )
    )
    if not fits:
        raise Refusal("The backend sent a result for another character.", "Generate again.")
