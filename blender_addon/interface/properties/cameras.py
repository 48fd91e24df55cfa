"""Whence the character is looked at: an orbit around it, the scene's own cameras, or both."""

from __future__ import annotations

from collections.abc import Iterator
from math import degrees
from typing import TYPE_CHECKING, Any

import bpy
from clipmatrix_protocol import Camera, CameraFixed, CameraOrbit

from ...errors import Refusal
from .. import fields

if TYPE_CHECKING:
    from .scene import ClipMatrixSceneProperties

ORBIT = ("azimuth", "elevation", "field_of_view")
"""What a scene says of the cameras around the character."""

SOURCES = [
    ("ORBIT", "Orbit", "From all around the character, within the ranges below"),
    ("SCENE", "Scene Cameras", "Through the cameras of the scene; those switched off for rendering are left out"),
    ("BOTH", "Both", "From all around, and through the cameras of the scene"),
]

NAME_LETTERS = 64
"""Longest name of a camera in a brief."""


def looked_from(settings: ClipMatrixSceneProperties) -> list[Camera]:
    """The cameras that are asked for; the inverse of :func:`look_from`.

    Raises
    ------
    Refusal
        If there are none in the scene.
    ValueError
        If a range runs backwards.
    """
    found: list[Camera] = []
    if settings.cameras != "SCENE":
        ranges = {name: tuple(fields.plain(value) for value in getattr(settings, name)) for name in ORBIT}
        found.append(CameraOrbit(**ranges))  # type: ignore[arg-type]
    if settings.cameras != "ORBIT":
        scene: Any = settings.id_data
        own = [_fixed(thing, scene, number) for number, thing in enumerate(scene_cameras(scene), 1)]
        if not own:
            raise Refusal("The scene has no camera to look through.", "Add one, or choose Orbit in Cameras.")
        found += own
    return found


def look_from(settings: ClipMatrixSceneProperties, cameras: tuple[Camera, ...]) -> None:
    """Have the scene ask for such cameras; those of the scene stay where they are now."""
    orbit = next((camera for camera in cameras if isinstance(camera, CameraOrbit)), None)
    fixed = any(isinstance(camera, CameraFixed) for camera in cameras)
    settings.cameras = "ORBIT" if not fixed else "BOTH" if orbit else "SCENE"
    for name in ORBIT if orbit else ():
        setattr(settings, name, getattr(orbit, name))


def scene_cameras(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    """The scene's perspective cameras that may render."""
    for thing in scene.objects:
        if isinstance(thing.data, bpy.types.Camera) and thing.data.type == "PERSP" and not thing.hide_render:
            yield thing


def _fixed(thing: bpy.types.Object, scene: bpy.types.Scene, number: int) -> CameraFixed:
    """A camera as it stands at the scene's frame; without scale, in metres."""
    lens = thing.data
    assert isinstance(lens, bpy.types.Camera)
    place, turn, _ = thing.matrix_world.decompose()
    placement: Any = turn.to_matrix().to_4x4()
    placement.translation = place * scene.unit_settings.scale_length
    return CameraFixed(
        placement=tuple(tuple(row) for row in placement),  # type: ignore[arg-type]  # four rows of four
        field_of_view=min(max(degrees(lens.angle), 1.0), 120.0),
        name=f"{number}: {thing.name}"[:NAME_LETTERS],
    )
