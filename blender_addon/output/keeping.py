"""Giving a scene back as it was before an exporter went through it: poses that have no key, nodes without marks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from .acting import Character

TRANSFORM = ("location", "rotation_euler", "rotation_quaternion", "rotation_axis_angle", "scale")
"""What places an object or a bone, in whichever rotation mode."""

MARK = "used"
"""The custom property that the glTF exporter sets on nodes."""


@contextmanager
def poses_kept() -> Iterator[None]:
    """Put the scene's objects, bones and shape keys back where they were when the block ends.

    An exporter goes through frames, and every frame moves whatever has keys, of whichever character.
    """
    before = [(thing, {name: _value(thing, name) for name in names}) for thing, names in _movable()]
    try:
        yield
    finally:
        layer = bpy.context.view_layer
        assert layer is not None
        layer.update()  # what the exporter left to be evaluated must not come after us
        for thing, values in before:
            for name, value in values.items():
                setattr(thing, name, value)


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


def _movable() -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Everything in the scene that an Action can move, and the names of the properties."""
    scene = bpy.context.scene
    for thing in scene.objects if scene else ():
        yield thing, TRANSFORM
        for bone in thing.pose.bones if thing.pose else ():
            yield bone, TRANSFORM
        keys = thing.data.shape_keys if isinstance(thing.data, bpy.types.Mesh) else None
        for key in keys.key_blocks if keys else ():
            yield key, ("value",)


def _value(thing: Any, name: str) -> Any:
    value = getattr(thing, name)
    return value if isinstance(value, float) else tuple(value)
