"""What the characters are made of: meshes from arrays, bones from a table, materials, movements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np


def link(bpy: Any, name: str, data: Any) -> Any:
    """A new object in the open scene."""
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def mesh_object(bpy: Any, name: str, vertices: np.ndarray, faces: Iterable[Sequence[int]]) -> Any:
    """A smooth mesh object without UVs."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), [], [tuple(int(v) for v in face) for face in faces])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), bool))
    mesh.update()
    return link(bpy, name, mesh)


def lathe(radii: Sequence[float], heights: Sequence[float], sides: int) -> tuple[np.ndarray, list[list[int]]]:
    """A surface of revolution around z, closed by fans at both ends: vertices (V, 3) and faces."""
    angles = np.arange(sides) / sides * 2 * np.pi
    rings = [[(r * np.cos(a), r * np.sin(a), z) for a in angles] for r, z in zip(radii, heights, strict=True)]
    vertices = np.array([point for ring in rings for point in ring] + [(0, 0, heights[0]), (0, 0, heights[-1])])
    faces = [
        [row * sides + s, row * sides + (s + 1) % sides, (row + 1) * sides + (s + 1) % sides, (row + 1) * sides + s]
        for row in range(len(radii) - 1)
        for s in range(sides)
    ]
    last = (len(radii) - 1) * sides
    faces += [[len(vertices) - 2, (s + 1) % sides, s] for s in range(sides)]
    faces += [[len(vertices) - 1, last + s, last + (s + 1) % sides] for s in range(sides)]
    return vertices, faces


def armature(bpy: Any, name: str, bones: Mapping[str, tuple[str, Sequence[float], Sequence[float]]]) -> Any:
    """An armature from a table: bone to its parent's name (empty: none), head and tail."""
    data = bpy.data.armatures.new(name)
    rig = link(bpy, name, data)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone_name, (parent, head, tail) in bones.items():
        bone = data.edit_bones.new(bone_name)
        bone.head, bone.tail = head, tail
        if parent:
            bone.parent = data.edit_bones[parent]
            bone.use_connect = (bone.parent.tail - bone.head).length < 1e-5
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        bone.rotation_mode = "XYZ"
    return rig


def on_bone(bpy: Any, thing: Any, rig: Any, bone: str) -> None:
    """Parent an object to a bone and leave it where it is."""
    bpy.context.view_layer.update()
    place = thing.matrix_world.copy()
    thing.parent, thing.parent_type, thing.parent_bone = rig, "BONE", bone
    bpy.context.view_layer.update()
    thing.matrix_world = place
    bpy.context.view_layer.update()


def skin_by_distance(thing: Any, rig: Any, *, reach: float = 1.6) -> None:
    """Weights that fall off with the distance to the bones that deform, and an Armature modifier."""
    points = np.array([vertex.co for vertex in thing.data.vertices])
    bones = [bone for bone in rig.data.bones if bone.use_deform]
    away = np.stack([_distance(points, bone) for bone in bones], axis=1)
    near = away.min(axis=1, keepdims=True) + 1e-4
    weights = np.where(away < reach * near + 0.02, np.exp(-4 * away / near), 0)
    weights /= weights.sum(axis=1, keepdims=True)
    for index, bone in enumerate(bones):
        group = thing.vertex_groups.new(name=bone.name)
        for vertex in np.flatnonzero(weights[:, index] > 1e-3):
            group.add([int(vertex)], float(weights[vertex, index]), "REPLACE")
    thing.parent = rig
    thing.modifiers.new("Armature", "ARMATURE").object = rig


def unwrap(bpy: Any, thing: Any) -> None:
    """Smart UV Project."""
    for other in bpy.context.view_layer.objects:
        other.select_set(other == thing)
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(island_margin=0.01)
    bpy.ops.object.mode_set(mode="OBJECT")


def coloured(bpy: Any, name: str, rgb: Sequence[float]) -> Any:
    """A material of one colour: a Principled BSDF."""
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    shader(material).inputs["Base Color"].default_value = (*rgb, 1)
    return material


def shader(material: Any) -> Any:
    """The material's Principled BSDF."""
    return next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")


def animate(rig: Any, moves: Mapping[str, tuple[str, int, float, float]], *, length: int = 24) -> None:
    """An Action in which bones swing: bone to property, axis, how far, and where in the round it begins (0..1)."""
    for frame in range(1, length + 1, 4):
        for bone, (prop, axis, far, phase) in moves.items():
            value = getattr(rig.pose.bones[bone], prop)
            value[axis] = far * np.sin(2 * np.pi * ((frame - 1) / length + phase))
            rig.pose.bones[bone].keyframe_insert(prop, index=axis, frame=frame)


def _distance(points: np.ndarray, bone: Any) -> np.ndarray:
    head, tail = np.array(bone.head_local), np.array(bone.tail_local)
    along = tail - head
    share = np.clip((points - head) @ along / (along @ along), 0, 1)
    return np.linalg.norm(points - head - share[:, None] * along, axis=1)
