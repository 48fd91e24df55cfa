"""Read the finished character of a .blend into an .npz: ``python benchmarks/read_blend.py FILE.blend OUT.npz``.

Runs in a Python with Blender in it (the bpy wheel), in a process of its own, so that what is measured is what was
saved. World axes, metres. The arrays:

=================================  ====================================================================
``vertices`` (V, 3)                with all shape keys applied, at rest
``basis`` (V, 3)                   the first shape key as it is stored
``triangles``, ``corner_uvs``      (T, 3), (T, 3, 2)
``texture`` (H, W, 3)              what feeds Base Color: sRGB in [0, 1], row 0 at v = 0
``frames`` (F, V, 3)               the evaluated mesh at every frame of the active Action
``start_frames`` (F, V, 3)         the same without shape keys
``weights`` (V, J)                 of the armature's bones
``bone_names``, ``bones``          (J,), and their rest matrices (J, 4, 4)
=================================  ====================================================================
"""

import os
import sys
import tempfile

import numpy as np

os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="clipmatrix-read-"))
import bpy


def main(source: str, target: str) -> None:
    """Open the file, read, save."""
    bpy.ops.wm.open_mainfile(filepath=source)
    character = max(
        (item for item in bpy.data.objects if item.type == "MESH"), key=lambda item: len(item.data.vertices)
    )
    mesh = character.data
    triangles, loops = _triangles(mesh)
    uvs = np.empty(len(mesh.loops) * 2, np.float32)
    mesh.uv_layers.active.uv.foreach_get("vector", uvs)
    frames = _frames(character)
    shaped = _evaluated(character, "REST")
    for key in mesh.shape_keys.key_blocks[1:]:
        key.value = 0.0
    np.savez(
        target,
        vertices=shaped,
        basis=_basis(mesh),
        triangles=triangles,
        corner_uvs=uvs.reshape(-1, 2)[loops],
        texture=_texture(mesh),
        frames=frames,
        start_frames=_frames(character),
        weights=_weights(character),
        bone_names=np.array([bone.name for bone in character.find_armature().data.bones]),
        bones=np.array([bone.matrix_local for bone in character.find_armature().data.bones]),
    )


def _basis(mesh: "bpy.types.Mesh") -> np.ndarray:
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.shape_keys.key_blocks[0].points.foreach_get("co", points)
    return points.reshape(-1, 3)


def _weights(character: "bpy.types.Object") -> np.ndarray:
    column = {bone.name: index for index, bone in enumerate(character.find_armature().data.bones)}
    table = np.zeros((len(character.data.vertices), len(column)), np.float32)
    names = [group.name for group in character.vertex_groups]
    for vertex in character.data.vertices:
        for element in vertex.groups:
            table[vertex.index, column[names[element.group]]] = element.weight
    return table


def _triangles(mesh: "bpy.types.Mesh") -> tuple[np.ndarray, np.ndarray]:
    mesh.calc_loop_triangles()
    vertices, loops = (np.empty(len(mesh.loop_triangles) * 3, np.int32) for _ in range(2))
    mesh.loop_triangles.foreach_get("vertices", vertices)
    mesh.loop_triangles.foreach_get("loops", loops)
    return vertices.reshape(-1, 3), loops.reshape(-1, 3)


def _evaluated(character: "bpy.types.Object", pose_position: str) -> np.ndarray:
    rig = character.find_armature()
    before = rig.data.pose_position
    rig.data.pose_position = pose_position
    bpy.context.view_layer.update()
    evaluated = character.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(len(evaluated.data.vertices) * 3, np.float32)
    evaluated.data.attributes["position"].data.foreach_get("vector", points)
    matrix = np.array(evaluated.matrix_world)
    rig.data.pose_position = before
    return (points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]).astype(np.float32)


def _frames(character: "bpy.types.Object") -> np.ndarray:
    scene = bpy.context.scene
    first, last = character.find_armature().animation_data.action.frame_range
    taken = []
    for frame in range(round(first), round(last) + 1):
        scene.frame_set(frame)
        taken.append(_evaluated(character, "POSE"))
    return np.stack(taken)


def _texture(mesh: "bpy.types.Mesh") -> np.ndarray:
    """Return the image that feeds Base Color."""
    for material in mesh.materials:
        principled = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        for link in principled.inputs["Base Color"].links:
            image = link.from_node.image
            pixels = np.empty(image.size[0] * image.size[1] * 4, np.float32)
            image.pixels.foreach_get(pixels)
            return pixels.reshape(image.size[1], image.size[0], 4)[..., :3]
    raise SystemExit("no image feeds the Base Color of the character's material")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
