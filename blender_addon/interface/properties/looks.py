"""Through which of the cameras one prompt looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import bpy
from clipmatrix_protocol import CameraOrbit

from ...errors import Refusal
from . import regions

if TYPE_CHECKING:
    from .prompts import ClipMatrixPrompt

LOOKS = [
    ("ALL", "All Cameras", "Through all cameras: those chosen in Cameras, and those of the other prompts"),
    ("ORBIT", "Orbit", "From all around the character alone"),
    ("CAMERA", "One Camera", "Through one camera of the scene alone"),
    ("GROUP", "Vertex Group", "At a vertex group alone, from all around it, wherever it moves"),
    ("BONE", "Bone", "At what a bone and those below it move alone, from all around it, wherever it moves"),
]

ORBIT_NAME = CameraOrbit().name
"""What the orbit is called in a brief."""

NAME_LETTERS = 64
"""Longest name of a camera in a brief."""


def perspective_cameras(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    """The scene's cameras that see in perspective."""
    for thing in scene.objects:
        if isinstance(thing.data, bpy.types.Camera) and thing.data.type == "PERSP":
            yield thing


def camera_names(scene: bpy.types.Scene) -> dict[bpy.types.Object, str]:
    """The scene's perspective cameras, and what each is called in a brief; no two alike."""
    return {
        thing: f"{number}: {thing.name}"[:NAME_LETTERS] for number, thing in enumerate(perspective_cameras(scene), 1)
    }


def is_camera_of_scene(one: ClipMatrixPrompt, thing: bpy.types.Object) -> bool:
    """Tell whether a prompt may look through an object."""
    scene = one.id_data
    return isinstance(scene, bpy.types.Scene) and thing in perspective_cameras(scene)


def through(one: ClipMatrixPrompt) -> tuple[str, ...]:
    """Names of the cameras that a prompt looks through; empty for all. The inverse of :func:`look_through`.

    Raises
    ------
    Refusal
        If it says which one, but there is none.
    """
    match one.looks:
        case "ORBIT":
            return (ORBIT_NAME,)
        case "CAMERA":
            return (_camera(one),)
        case "GROUP" | "BONE":
            return (regions.stretch(one.looks, one.region).label,)
        case _:
            return ()


def look_through(one: ClipMatrixPrompt, names: tuple[str, ...], scene: bpy.types.Scene) -> None:
    """Have a prompt look through the first of these cameras, or all; one that is gone leaves the choice open."""
    one.looks, one.camera, one.region = "ALL", None, ""
    if not names:
        return
    stretch = regions.labelled(names[0])
    if stretch is not None and not stretch.inverted:
        one.looks, one.region = stretch.kind, stretch.name
    elif names[0] == ORBIT_NAME:
        one.looks = "ORBIT"
    else:
        one.looks, one.camera = "CAMERA", _called(names[0], scene)


def _camera(one: ClipMatrixPrompt) -> str:
    if one.camera is None:
        raise Refusal("A prompt looks through one camera, but none is chosen.", "Choose it in Look From.")
    scene: Any = one.id_data
    name = camera_names(scene).get(one.camera)
    if name is None:
        raise Refusal(
            f"{one.camera.name} is not a camera of this scene that sees in perspective.", "Choose another in Look From."
        )
    return name


def _called(name: str, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The camera of this name in a brief, or, where cameras have come and gone since, of this name in the scene."""
    names = camera_names(scene)
    exact = next((thing for thing, known in names.items() if known == name), None)
    return exact or next((thing for thing in names if thing.name in (name, name.partition(": ")[2])), None)
