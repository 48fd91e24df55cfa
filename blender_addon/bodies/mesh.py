"""The mesh of a body from the wire: geometry, UVs, weights, shape keys, a neutral material."""

from typing import Any

import bpy
import numpy as np
from clipmatrix_protocol import Body

from ..errors import Refusal

UV_LAYER = "UVMap"
NEUTRAL = (0.62, 0.62, 0.62, 1.0)
"""Base colour of a new body, linear RGBA: a mid grey, so that nothing is said before the prompt speaks."""


def build_mesh(body: Body) -> bpy.types.Mesh:
    """Make the mesh datablock: vertices in the body's order, quads and triangles, UVs, smooth, one material.

    Raises
    ------
    Refusal
        If Blender finds the geometry invalid (a polygon that uses a vertex twice, two equal polygons).
    """
    sizes = np.where(body.polygons[:, 3] < 0, 3, 4).astype(np.int32)
    used = np.arange(4)[None, :] < sizes[:, None]
    mesh = bpy.data.meshes.new(body.name)
    mesh.vertices.add(len(body.vertices))
    mesh.vertices.foreach_set("co", body.vertices.ravel())
    mesh.loops.add(int(sizes.sum()))
    mesh.loops.foreach_set("vertex_index", body.polygons[used])
    mesh.polygons.add(len(sizes))
    mesh.polygons.foreach_set("loop_start", (np.cumsum(sizes) - sizes).astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(sizes), dtype=bool))
    mesh.update(calc_edges=True)
    if mesh.validate():
        bpy.data.meshes.remove(mesh)
        raise Refusal(f"The body “{body.name}” has polygons that Blender does not accept.", "Update the backend.")
    layer = mesh.uv_layers.new(name=UV_LAYER)
    assert layer is not None
    if len(body.polygon_uvs):
        layer.uv.foreach_set("vector", body.polygon_uvs[used].ravel())
    mesh.materials.append(_neutral_material(body.name))
    return mesh


def add_weights(mesh_object: bpy.types.Object, body: Body) -> None:
    """Make one vertex group per joint and fill in the weights, exactly; joints that move nothing get an empty group."""
    vertices, places = np.nonzero(body.skin_weights > 0)
    joints = body.skin_joints[vertices, places]
    weights = body.skin_weights[vertices, places]
    groups = [mesh_object.vertex_groups.new(name=name) for name in body.joints]
    order = np.lexsort((weights, joints))
    joints, weights, vertices = joints[order], weights[order], vertices[order]
    changes = np.flatnonzero((np.diff(joints) != 0) | (np.diff(weights) != 0)) + 1
    starts = [0, *changes.tolist()] if len(order) else []
    for run, start in zip(np.split(vertices, changes), starts, strict=False):
        # "ADD", not "REPLACE": a joint that stands twice in a row of skin_joints counts with its sum.
        groups[joints[start]].add(run.tolist(), float(weights[start]), "ADD")


def add_shapes(mesh_object: bpy.types.Object, body: Body) -> None:
    """Make the shape keys, relative to "Basis", all at 0.

    A pinned one is locked, which tells the optimiser to keep out. Blender numbers a name that is there already.
    """
    if not body.shapes:
        return
    mesh_object.shape_key_add(name="Basis", from_mix=False)
    for shape in body.shapes:
        key = mesh_object.shape_key_add(name=shape.name, from_mix=False)
        key.points.foreach_set("co", (body.vertices + shape.deltas).ravel())
        key.slider_max = shape.high
        key.slider_min = shape.low
        key.value = 0.0
        key.lock_shape = shape.pinned
    mesh_object.active_shape_key_index = 0


def _neutral_material(name: str) -> Any:
    material: Any = bpy.data.materials.new(f"{name} material")
    if bpy.app.version < (5, 0, 0):  # from 5.0 on every material has nodes, and asking for them warns
        material.use_nodes = True
    material.diffuse_color = NEUTRAL
    for node in material.node_tree.nodes:
        if node.type == "BSDF_PRINCIPLED":
            node.inputs["Base Color"].default_value = NEUTRAL
            node.inputs["Roughness"].default_value = 0.6
    return material
