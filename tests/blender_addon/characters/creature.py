"""A four-legged creature on a rig of its own: 36 bones, legs by inverse kinematics, names like nobody else's."""

from typing import Any

import numpy as np

from .parts import animate, armature, coloured, link, skin_by_distance, unwrap

LEGS = {"FL": (0.22, -0.55), "FR": (-0.22, -0.55), "HL": (0.22, 0.6), "HR": (-0.22, 0.6)}
"""Leg to its place: x, and y (the creature looks along -y)."""

TRUNK = [
    ("rump", "", (0, 0.75, 1.0), (0, 0.45, 1.05)),
    ("loin", "rump", (0, 0.45, 1.05), (0, 0.1, 1.08)),
    ("ribs", "loin", (0, 0.1, 1.08), (0, -0.25, 1.08)),
    ("withers", "ribs", (0, -0.25, 1.08), (0, -0.6, 1.1)),
    ("nape1", "withers", (0, -0.6, 1.1), (0, -0.85, 1.4)),
    ("nape2", "nape1", (0, -0.85, 1.4), (0, -1.0, 1.7)),
    ("skull", "nape2", (0, -1.0, 1.7), (0, -1.35, 1.65)),
    ("snout", "skull", (0, -1.35, 1.65), (0, -1.6, 1.55)),
    ("jaw", "skull", (0, -1.1, 1.58), (0, -1.45, 1.45)),
    ("horn.l", "skull", (0.08, -1.05, 1.75), (0.2, -0.95, 2.0)),
    ("horn.r", "skull", (-0.08, -1.05, 1.75), (-0.2, -0.95, 2.0)),
    ("tail0", "rump", (0, 0.75, 1.0), (0, 0.95, 0.94)),
    ("tail1", "tail0", (0, 0.95, 0.94), (0, 1.15, 0.88)),
    ("tail2", "tail1", (0, 1.15, 0.88), (0, 1.35, 0.82)),
    ("tail3", "tail2", (0, 1.35, 0.82), (0, 1.55, 0.76)),
    ("tail4", "tail3", (0, 1.55, 0.76), (0, 1.75, 0.7)),
]  # fmt: skip

THICK = {"rump": 0.24, "loin": 0.25, "ribs": 0.28, "withers": 0.25, "nape1": 0.16, "nape2": 0.13, "skull": 0.14}


def build(bpy: Any, rooms: Any) -> list[Any]:
    """The creature, walking; returns its mesh object."""
    rig = armature(bpy, "Beast rig", _bones())
    for leg in LEGS:
        rig.data.bones[f"{leg} goal"].use_deform = False
        pull = rig.pose.bones[f"{leg} shank"].constraints.new("IK")
        pull.target, pull.subtarget, pull.chain_count = rig, f"{leg} goal", 3
    hide = _hide(bpy, rig)
    skin_by_distance(hide, rig)
    hide.data.materials.append(coloured(bpy, "hide", (0.5, 0.35, 0.2)))
    steps = {f"{leg} goal": ("location", 2, 0.15, 0.25 * n) for n, leg in enumerate(LEGS)}
    swings = {f"tail{n}": ("rotation_euler", 2, 0.25, 0.1 * n) for n in range(5)}
    animate(rig, steps | swings | {"nape1": ("rotation_euler", 0, 0.2, 0), "jaw": ("rotation_euler", 0, 0.2, 0.5)})
    return [hide]


def _bones() -> dict[str, tuple[str, Any, Any]]:
    bones = {name: (parent, head, tail) for name, parent, head, tail in TRUNK}
    for leg, (x, y) in LEGS.items():
        joints = [(x, y, 0.95), (x * 1.1, y + 0.08, 0.6), (x * 1.1, y - 0.05, 0.3), (x * 1.1, y, 0.08)]
        parent = "withers" if leg.startswith("F") else "rump"
        for name, head, tail in zip(("thigh", "shin", "shank"), joints, joints[1:], strict=False):
            bones[f"{leg} {name}"] = (parent, head, tail)
            parent = f"{leg} {name}"
        bones[f"{leg} hoof"] = (parent, joints[3], (joints[3][0], joints[3][1] - 0.12, 0.03))
        bones[f"{leg} goal"] = ("", joints[3], (joints[3][0], joints[3][1] + 0.15, 0.08))
    return bones


def _hide(bpy: Any, rig: Any) -> Any:
    """One closed skin around the bones: Blender's Skin modifier over their edges, applied."""
    points: list[tuple[float, ...]] = []
    radii: list[float] = []
    edges: list[tuple[int, int]] = []
    ends: dict[tuple[str, str], int] = {}

    def place(point: Any, radius: float) -> int:
        points.append(tuple(point))
        radii.append(radius)
        return len(points) - 1

    for bone in (bone for bone in rig.data.bones if bone.use_deform):
        thick = THICK.get(bone.name, 0.09 if "thigh" in bone.name else 0.055)
        head = place(bone.head_local, 0.45 * thick) if bone.parent is None else _joined(bone, ends)
        if head is None:
            head = place(bone.head_local, thick)
            edges.append((ends[bone.parent.name, "tail"], head))
        tail = place(bone.tail_local, thick)
        edges.append((head, tail))
        ends |= {(bone.name, "head"): head, (bone.name, "tail"): tail}
    mesh = bpy.data.meshes.new("Beast")
    mesh.from_pydata(points, edges, [])
    thing = link(bpy, "Beast", mesh)
    thing.modifiers.new("Skin", "SKIN")
    thing.modifiers.new("Round", "SUBSURF").levels = 2
    for corner, radius in zip(mesh.skin_vertices[0].data, radii, strict=True):
        corner.radius = (radius, radius)
    _apply_all(bpy, thing)
    unwrap(bpy, thing)
    return thing


def _joined(bone: Any, ends: dict[tuple[str, str], int]) -> int | None:
    """The end of its parent at which a bone begins, or None if it begins somewhere beside it."""
    for end, point in (("tail", bone.parent.tail_local), ("head", bone.parent.head_local)):
        if (point - bone.head_local).length < 1e-3:
            return ends[bone.parent.name, end]
    return None


def _apply_all(bpy: Any, thing: Any) -> None:
    bpy.context.view_layer.objects.active = thing
    for name in [modifier.name for modifier in thing.modifiers]:
        bpy.ops.object.modifier_apply(modifier=name)
    thing.data.polygons.foreach_set("use_smooth", np.ones(len(thing.data.polygons), bool))
