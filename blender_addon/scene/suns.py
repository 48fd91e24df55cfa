"""A take's light as lights of Blender's: sun objects in a collection of their own and, if asked for, a world.

Cycles then shows the character as the backend saw it. Blender's sun strength is irradiance in W/m^2, and ours is given
over pi; a world's radiance is the sky's colour. A scene has one such set at a time: two would add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import pi
from typing import Any

import bpy
import numpy as np
from clipmatrix_protocol import Look, Sun
from mathutils import Vector

from .materials.node_trees import give_nodes

MARK = "clipmatrix_delivered"
"""Custom property that tells our collection, suns and world from the artist's, whatever they are called now."""

BEFORE, PINNED = "clipmatrix_before", "clipmatrix_pinned"
"""Custom properties of our world: the artist's, which it stands in for, and whether that had a fake user."""

NAMES = ("key", "fill", "rim", "side")
"""What the suns are called, in their order."""

AWAY = 1.5
"""Where the suns stand: so many sizes of the character from its middle. It makes no difference to their light."""


def deliver(scene: bpy.types.Scene, parts: Sequence[bpy.types.Object], light: Look, *, sky: bool) -> None:
    """Put a light into a scene, in the place of the one that was delivered before.

    Parameters
    ----------
    parts
        The character's meshes; suns stand around them.
    light
        Suns and sky; its material does not matter.
    sky
        Whether the scene gets a world of the sky's colour, too. The artist's stays in the file, with a fake user.
    """
    remove(scene)
    collection = bpy.data.collections.new("ClipMatrix lights")
    collection[MARK] = True
    scene.collection.children.link(collection)
    middle, size = _extent(parts)
    for name, sun in zip(NAMES, light.suns, strict=False):
        thing = _sun(f"ClipMatrix {name} light", sun)
        thing.location = middle + Vector(sun.direction).normalized() * AWAY * size
        collection.objects.link(thing)
    if sky:
        _raise_sky(scene, light)


def remove(scene: bpy.types.Scene) -> None:
    """Take delivered lights out of a scene and the file, and give it its own world back.

    What the artist has put into the collection stays, and the collection with it.
    """
    for thing in delivered(scene):
        data: Any = thing.data
        bpy.data.objects.remove(thing)
        if not data.users:
            bpy.data.lights.remove(data)
    for collection in list(_collections(scene)):
        if not collection.all_objects and not collection.children:
            bpy.data.collections.remove(collection)
    if has_sky(scene):
        _lower_sky(scene)


def delivered(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The suns of a scene that :func:`deliver` has made, wherever the artist has put them."""
    return [thing for thing in scene.objects if thing.type == "LIGHT" and _is_ours(thing)]


def has_sky(scene: bpy.types.Scene) -> bool:
    """Whether the scene's world is one that :func:`deliver` has made."""
    return scene.world is not None and _is_ours(scene.world)


def _collections(scene: bpy.types.Scene) -> Iterator[bpy.types.Collection]:
    return (collection for collection in scene.collection.children_recursive if _is_ours(collection))


def _is_ours(block: Any) -> bool:
    return MARK in block


def _sun(name: str, sun: Sun) -> bpy.types.Object:
    """A sun that shines from where ours does, on a white matte surface as brightly."""
    data: Any = bpy.data.lights.new(name, "SUN")
    data.energy, data.color = _split(sun.colour, pi)
    thing = bpy.data.objects.new(name, data)
    thing.rotation_euler = Vector(sun.direction).to_track_quat("Z", "Y").to_euler()  # a sun shines along its -Z
    thing[MARK] = True
    return thing


def _split(colour: tuple[float, float, float], scale: float) -> tuple[float, tuple[float, ...]]:
    """A linear colour as strength and a colour whose brightest channel is 1."""
    brightest = max(colour)
    return brightest * scale, tuple(value / brightest for value in colour) if brightest > 0 else (1.0, 1.0, 1.0)


def _raise_sky(scene: bpy.types.Scene, light: Look) -> None:
    before: Any = scene.world
    world: Any = bpy.data.worlds.new("ClipMatrix sky")
    background: Any = next(node for node in give_nodes(world).nodes if node.type == "BACKGROUND")
    strength, colour = _split(light.ambient, 1.0)
    background.inputs["Strength"].default_value = strength
    background.inputs["Color"].default_value = (*colour, 1.0)
    world.color = colour
    world[MARK] = True
    if before is not None:
        world[BEFORE], world[PINNED] = before, before.use_fake_user
        before.use_fake_user = True
    scene.world = world


def _lower_sky(scene: bpy.types.Scene) -> None:
    world: Any = scene.world
    before = world.get(BEFORE)
    if before is not None:
        before.use_fake_user = bool(world[PINNED])
    scene.world = before
    if not world.users:
        bpy.data.worlds.remove(world)


def _extent(parts: Sequence[bpy.types.Object]) -> tuple[Vector, float]:
    """Middle and diagonal of objects, metres."""
    corners = np.array([thing.matrix_world @ Vector(corner) for thing in parts for corner in thing.bound_box])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Vector((low + high) / 2), float(np.linalg.norm(high - low))
