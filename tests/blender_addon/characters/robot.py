"""A robot of many bone-parented parts without UVs, in the manner of sample robots: left and right share meshes."""

from typing import Any

import numpy as np

from .parts import animate, armature, coloured, lathe, link, mesh_object, on_bone

BOX = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]

PARTS = {
    "Torso": ("chest", "box", (0, 0, 1.3), (0.28, 0.18, 0.3)),
    "Hatch": ("chest", "box", (0, -0.19, 1.35), (0.15, 0.02, 0.12)),
    "Pelvis": ("hips", "box", (0, 0, 0.92), (0.2, 0.14, 0.07)),
    "Waist": ("hips", "tube", (0, 0, 0.99), (0.12, 0.12, 0.06)),
    "Neck": ("chest", "tube", (0, 0, 1.63), (0.07, 0.07, 0.05)),
    "Head": ("head", "ball", (0, 0, 1.82), (0.18, 0.17, 0.17)),
    "Visor": ("head", "box", (0, -0.16, 1.84), (0.12, 0.03, 0.04)),
    "Antenna": ("head", "tube", (0.06, 0, 2.05), (0.012, 0.012, 0.09)),
}
"""Part to its bone, shape, place and half its size."""

SIDED = {
    "Shoulder": ("arm", "ball", (0.36, 0, 1.5), (0.1, 0.1, 0.1)),
    "Upper arm": ("arm", "tube", (0.42, 0, 1.3), (0.06, 0.06, 0.14)),
    "Elbow": ("forearm", "ball", (0.42, 0, 1.12), (0.07, 0.07, 0.07)),
    "Forearm": ("forearm", "box", (0.42, 0, 0.96), (0.05, 0.06, 0.13)),
    "Claw": ("forearm", "box", (0.42, -0.03, 0.78), (0.03, 0.07, 0.05)),
    "Thigh": ("thigh", "tube", (0.12, 0, 0.7), (0.08, 0.08, 0.18)),
    "Knee": ("shin", "ball", (0.12, 0, 0.5), (0.08, 0.08, 0.08)),
    "Shin": ("shin", "box", (0.12, 0, 0.3), (0.06, 0.07, 0.17)),
    "Foot": ("shin", "box", (0.12, -0.06, 0.05), (0.08, 0.16, 0.05)),
}
"""The same for a left side; the right one is its mirror image and shares the mesh."""


def build(bpy: Any, rooms: Any) -> list[Any]:
    """The robot, waving while it marks time; returns its 26 parts."""
    rig = armature(bpy, "Robot rig", _bones())
    paint = [coloured(bpy, "shell", (0.8, 0.75, 0.6)), coloured(bpy, "joint", (0.15, 0.15, 0.17))]
    parts = []
    for name, (bone, shape, place, size) in PARTS.items():
        parts.append(_part(bpy, name, shape, place, size, paint))
        on_bone(bpy, parts[-1], rig, bone)
    for name, (bone, shape, place, size) in SIDED.items():
        left = _part(bpy, f"{name}.L", shape, place, size, paint)
        right = link(bpy, f"{name}.R", left.data)
        right.location, right.scale = (-place[0], *place[1:]), (-1, 1, 1)
        on_bone(bpy, left, rig, f"{bone}.L")
        on_bone(bpy, right, rig, f"{bone}.R")
        parts += [left, right]
    animate(
        rig,
        {
            "arm.L": ("rotation_euler", 2, 1.2, 0.1),
            "forearm.L": ("rotation_euler", 0, 0.8, 0.2),
            "thigh.L": ("rotation_euler", 0, 0.5, 0),
            "thigh.R": ("rotation_euler", 0, 0.5, 0.5),
            "shin.R": ("rotation_euler", 0, 0.4, 0.5),
            "head": ("rotation_euler", 1, 0.4, 0),
            "hips": ("location", 1, 0.05, 0.25),
        },
    )
    return parts


def _bones() -> dict[str, tuple[str, Any, Any]]:
    bones: dict[str, tuple[str, Any, Any]] = {
        "hips": ("", (0, 0, 0.92), (0, 0, 1.05)),
        "chest": ("hips", (0, 0, 1.05), (0, 0, 1.6)),
        "head": ("chest", (0, 0, 1.66), (0, 0, 1.9)),
    }
    for side, sign in (("L", 1), ("R", -1)):
        bones[f"arm.{side}"] = ("chest", (sign * 0.36, 0, 1.5), (sign * 0.42, 0, 1.12))
        bones[f"forearm.{side}"] = (f"arm.{side}", (sign * 0.42, 0, 1.12), (sign * 0.42, 0, 0.8))
        bones[f"thigh.{side}"] = ("hips", (sign * 0.12, 0, 0.9), (sign * 0.12, 0, 0.5))
        bones[f"shin.{side}"] = (f"thigh.{side}", (sign * 0.12, 0, 0.5), (sign * 0.12, 0, 0.05))
    return bones


def _part(bpy: Any, name: str, shape: str, place: Any, size: Any, paint: list[Any]) -> Any:
    if shape == "box":
        vertices = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
        faces: list[Any] = BOX
    elif shape == "tube":
        vertices, faces = lathe((1, 1, 1), (-1, 0, 1), 16)
    else:
        turns = np.linspace(-np.pi / 2, np.pi / 2, 11)[1:-1]
        vertices, faces = lathe(np.cos(turns).tolist(), np.sin(turns).tolist(), 16)
    thing = mesh_object(bpy, name, vertices * size, faces)
    thing.location = place
    thing.data.materials.append(paint[shape == "ball"])
    return thing
