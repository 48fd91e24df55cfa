"""``python export_sphere.py FOLDER``: real Blender makes a small rigged character, and says how it looks there.

An egg on two bones of an armature that stands turned and moved, a shape key at one half, an image that is red below and
blue above, a cube that hangs on the upper bone, and two Actions; as ``egg.glb``, ``egg.blend``, and ``truth.npz``.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="clipmatrix-egg-")
import bpy
from mathutils import Euler

FRAMES = 9


def main(folder: Path) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rig = build_rig()
    egg = build_egg(rig)
    cube = build_cube(rig)
    add_actions(rig)
    bpy.context.view_layer.update()
    truth = {"rest": points(egg, rig, None), "basis": basis(egg)}
    for name in ("nod", "turn"):
        rig.animation_data.action = bpy.data.actions[name]
        if hasattr(rig.animation_data, "action_slot"):
            rig.animation_data.action_slot = bpy.data.actions[name].slots[0]
        truth[name] = np.stack([points(egg, rig, frame) for frame in range(1, FRAMES + 1)])
        truth[f"{name} cube"] = np.stack([points(cube, rig, frame) for frame in range(1, FRAMES + 1)])
    truth["heads"] = np.array([rig.matrix_world @ bone.head_local for bone in rig.data.bones])
    np.savez(folder / "truth.npz", **truth)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "egg.blend"))
    bpy.ops.export_scene.gltf(
        filepath=str(folder / "egg.glb"),
        export_format="GLB",
        export_rest_position_armature=True,
        export_try_sparse_sk=True,
        export_animation_mode="ACTIONS",
        export_force_sampling=True,
        export_anim_slide_to_zero=True,
    )


def build_rig() -> "bpy.types.Object":
    data = bpy.data.armatures.new("Rig")
    rig = bpy.data.objects.new("Rig", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    lower, upper = data.edit_bones.new("lower"), data.edit_bones.new("upper")
    lower.head, lower.tail = (0, 0, 0), (0, 0, 1)
    upper.head, upper.tail, upper.parent = (0, 0, 1), (0, 0.1, 2), lower
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.location, rig.rotation_euler = (0.5, 0.2, 0.1), Euler((0.1, 0.2, 0.6))
    return rig


def build_egg(rig: "bpy.types.Object") -> "bpy.types.Object":
    bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=9, radius=1.0)
    egg = bpy.context.object
    egg.name = "egg"
    for vertex in egg.data.vertices:
        vertex.co = (vertex.co.x * 0.5, vertex.co.y * 0.4, vertex.co.z + 1)
    for polygon in egg.data.polygons:
        polygon.use_smooth = True
    egg.shape_key_add(name="Basis")
    fat = egg.shape_key_add(name="fat")
    for index, vertex in enumerate(egg.data.vertices):
        fat.data[index].co = (vertex.co.x * 1.6, vertex.co.y * 1.4, vertex.co.z)
    fat.value = 0.5
    for name in ("lower", "upper"):
        egg.vertex_groups.new(name=name)
    for vertex in egg.data.vertices:
        share = min(max((vertex.co.z - 0.6) / 0.8, 0.0), 1.0)
        egg.vertex_groups["lower"].add([vertex.index], 1 - share, "REPLACE")
        egg.vertex_groups["upper"].add([vertex.index], share, "REPLACE")
    egg.parent = rig
    egg.modifiers.new("Armature", "ARMATURE").object = rig
    egg.data.materials.append(painted())
    return egg


def painted() -> "bpy.types.Material":
    image = bpy.data.images.new("paint", 16, 16)
    pixels = np.zeros((16, 16, 4), np.float32)
    pixels[..., 3] = 1
    pixels[:8, :, 0] = pixels[8:, :, 2] = 1  # rows count from the bottom
    image.pixels.foreach_set(pixels.reshape(-1))
    image.pack()
    material = bpy.data.materials.new("paint")
    material.use_nodes = True
    principled = material.node_tree.nodes["Principled BSDF"]
    principled.inputs["Roughness"].default_value, principled.inputs["Metallic"].default_value = 0.25, 0.125
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    material.node_tree.links.new(node.outputs["Color"], principled.inputs["Base Color"])
    return material


def build_cube(rig: "bpy.types.Object") -> "bpy.types.Object":
    bpy.ops.mesh.primitive_cube_add(size=0.2)
    cube = bpy.context.object
    cube.name = "hat"
    cube.parent, cube.parent_type, cube.parent_bone = rig, "BONE", "upper"
    cube.data.materials.append(bpy.data.materials["paint"])
    return cube


def add_actions(rig: "bpy.types.Object") -> None:
    for name, bone, angle in (("nod", "upper", (0.7, 0, 0)), ("turn", "lower", (0, 0.9, 0))):
        rig.animation_data_create()
        rig.animation_data.action = None
        for pose in rig.pose.bones:
            pose.rotation_mode, pose.rotation_euler = "XYZ", (0, 0, 0)
        for frame, turned in ((1, (0, 0, 0)), (FRAMES, angle)):
            rig.pose.bones[bone].rotation_euler = turned
            for pose in rig.pose.bones:
                pose.keyframe_insert("rotation_euler", frame=frame)
        rig.animation_data.action.name = name
        rig.animation_data.action.use_fake_user = True
    for pose in rig.pose.bones:
        pose.rotation_euler = (0, 0, 0)


def points(thing: "bpy.types.Object", rig: "bpy.types.Object", frame: "int | None") -> np.ndarray:
    rig.data.pose_position = "REST" if frame is None else "POSE"
    bpy.context.scene.frame_set(frame or 1)
    result = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    found = np.empty(len(result.data.vertices) * 3, np.float32)
    result.data.vertices.foreach_get("co", found)
    world = np.array(result.matrix_world)
    rig.data.pose_position = "POSE"
    return (found.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]).astype(np.float32)


def basis(egg: "bpy.types.Object") -> np.ndarray:
    found = np.empty(len(egg.data.vertices) * 3, np.float32)
    egg.data.shape_keys.key_blocks["Basis"].points.foreach_get("co", found)
    world = np.array(egg.matrix_world)
    return (found.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]).astype(np.float32)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash without a window
