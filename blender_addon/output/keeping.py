"""Giving a scene back as it was before frames were gone to in it: poses that have no key, nodes without marks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import bpy

from ..scene.posing.actions import played
from .acting import Character, before_each_frame
from .repertoire import Repertoire
from .values import AT_REST, Value, attributes, set_by

MARK = "used"
"""The custom property that the glTF exporter sets on nodes."""


@contextmanager
def poses_kept(repertoire: Repertoire = MappingProxyType({})) -> Iterator[None]:
    """Put whatever the scene's objects, bones and shape keys can be moved by back where it was when the block ends.

    Exporters and renders go to frames, and every frame moves whatever has keys, of whichever character, and changes to
    the camera that a marker names; an exporter also goes through the Actions of a repertoire, each of which leaves
    behind what only it has keys for.
    """
    scene, layer = bpy.context.scene, bpy.context.view_layer
    assert scene is not None
    assert layer is not None
    frame, part, camera = scene.frame_current, scene.frame_subframe, scene.camera
    before = [*_set(repertoire), *_movable()]  # a rotation mode before the rotations, which it changes
    try:
        yield
    finally:
        if (scene.frame_current, scene.frame_subframe) != (frame, part):
            scene.frame_set(frame, subframe=part)
        if scene.camera != camera:
            scene.camera = camera
        layer.update()  # what was left to be evaluated must not come after us
        for value in before:
            value.put_back()


@contextmanager
def each_from_rest(repertoire: Repertoire) -> Iterator[None]:
    """Have every Action that an exporter goes through begin anew, and not with what the one before has left.

    Bones that it has no keys for, and another one has, are in their rest pose; switches are as the artist has them.
    """
    values = [value.at_rest for value in _set(repertoire)]

    def begin_anew(*_args: object) -> None:
        for value in values:
            value.put_back()

    with before_each_frame(begin_anew):
        yield


@contextmanager
def nodes_unmarked(character: Character) -> Iterator[None]:
    """Take off, when the block ends, the marks that the glTF exporter leaves on the material nodes it has read."""
    nodes = [node for material in _materials(character) for node in material.node_tree.nodes if MARK not in node]
    try:
        yield
    finally:
        for node in nodes:
            if MARK in node:
                del node[MARK]


def _materials(character: Character) -> set[Any]:
    """The character's materials that have nodes."""
    slots = [slot.material for thing in character for slot in thing.material_slots]
    return {material for material in slots if material is not None and material.node_tree is not None}


def _set(repertoire: Repertoire) -> list[Value]:
    """What Actions set: of the character all that it can play, of the scene's other objects those that they do."""
    scene = bpy.context.scene
    sets: list[tuple[bpy.types.Object, Sequence[bpy.types.Action]]] = list(repertoire.items())
    sets += [(thing, list(played(thing))) for thing in (scene.objects if scene else ()) if thing not in repertoire]
    return [value for thing, actions in sets for value in set_by(thing, actions)]


def _movable() -> Iterator[Value]:
    """What places the scene's objects, bones and shape keys."""
    scene = bpy.context.scene
    for thing in scene.objects if scene else ():
        yield from attributes(thing, AT_REST)
        for bone in thing.pose.bones if thing.pose else ():
            yield from attributes(bone, AT_REST)
        keys = thing.data.shape_keys if isinstance(thing.data, bpy.types.Mesh) else None
        for key in keys.key_blocks if keys else ():
            yield from attributes(key, ("value",))
