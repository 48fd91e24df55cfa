"""A bust with shape keys for expressions, and four slots on one mesh: painted, noisy, grouped, and an empty one."""

from typing import Any

import numpy as np

from .parts import animate, armature, coloured, lathe, mesh_object, shader, skin_by_distance, unwrap

HEIGHTS = np.array([0, 0.08, 0.2, 0.3, 0.38, 0.46, 0.55, 0.64, 0.72, 0.8, 0.86, 0.9])
RADII = np.array([0.42, 0.4, 0.3, 0.13, 0.12, 0.17, 0.21, 0.225, 0.22, 0.18, 0.12, 0.05])
"""Profile of the bust, metres."""

EXPRESSIONS = {
    "smile": [((0.09, -0.2, 0.5), (0.02, 0, 0.04)), ((-0.09, -0.2, 0.5), (-0.02, 0, 0.04))],
    "frown": [((0.09, -0.2, 0.5), (0, 0, -0.04)), ((-0.09, -0.2, 0.5), (0, 0, -0.04))],
    "jaw open": [((0, -0.2, 0.44), (0, 0.01, -0.06))],
    "brows up": [((0.08, -0.22, 0.72), (0, 0, 0.04)), ((-0.08, -0.22, 0.72), (0, 0, 0.04))],
    "blink L": [((0.08, -0.22, 0.65), (0, 0.02, -0.03))],
    "blink R": [((-0.08, -0.22, 0.65), (0, 0.02, -0.03))],
    "puff": [((0.14, -0.15, 0.53), (0.05, -0.02, 0)), ((-0.14, -0.15, 0.53), (-0.05, -0.02, 0))],
    "nose big": [((0, -0.24, 0.6), (0, -0.06, 0))],
}
"""Key to what it moves: around a point, by how much, metres."""


def build(bpy: Any, rooms: Any) -> list[Any]:
    """The bust, nodding, half smiling; returns its mesh object."""
    rows = np.linspace(0, 0.9, 40)
    vertices, faces = lathe(np.interp(rows, HEIGHTS, RADII).tolist(), rows.tolist(), 48)
    vertices[:, 1] *= np.where(vertices[:, 2] > 0.4, 1.1, 0.7)
    for point, push in (((0, -0.24, 0.6), (0, -0.06, 0)), ((0, -0.2, 0.44), (0, -0.02, 0))):  # nose, chin
        vertices += _bump(vertices, point, push)
    bust = mesh_object(bpy, "Speaker", vertices, faces)
    unwrap(bpy, bust)
    _give_expressions(bust, vertices)
    _give_materials(bpy, bust)
    rig = armature(
        bpy,
        "Speaker rig",
        {
            "shoulders": ("", (0, 0, 0), (0, 0, 0.28)),
            "neck": ("shoulders", (0, 0, 0.28), (0, 0, 0.42)),
            "head": ("neck", (0, 0, 0.42), (0, 0, 0.9)),
        },
    )
    skin_by_distance(bust, rig)
    animate(rig, {"head": ("rotation_euler", 0, 0.3, 0), "neck": ("rotation_euler", 1, 0.4, 0.25)})
    return [bust]


def _give_expressions(bust: Any, vertices: np.ndarray) -> None:
    bust.shape_key_add(name="Basis", from_mix=False)
    for name, moves in EXPRESSIONS.items():
        key = bust.shape_key_add(name=name, from_mix=False)
        moved = vertices + sum(_bump(vertices, point, push) for point, push in moves)
        key.points.foreach_set("co", moved.astype(np.float32).ravel())
    keys = bust.data.shape_keys.key_blocks
    keys["smile"].value, keys["jaw open"].value = 0.5, 0.2
    keys["puff"].slider_min = -0.5
    keys["blink R"].lock_shape = True
    keys["blink L"].driver_add("value").driver.expression = "0.3"


def _give_materials(bpy: Any, bust: Any) -> None:
    materials = [_painted(bpy), _noisy(bpy), _grouped(bpy), None]
    for material in materials:
        bust.data.materials.append(material)
    heights = np.array([np.mean([bust.data.vertices[v].co.z for v in face.vertices]) for face in bust.data.polygons])
    slots = np.select([heights < 0.2, heights < 0.3, heights > 0.8], [1, 3, 2], 0)
    bust.data.polygons.foreach_set("material_index", slots.astype(np.int32))


def _painted(bpy: Any) -> Any:
    material = coloured(bpy, "skin", (0.8, 0.6, 0.5))
    image = bpy.data.images.new("freckles", 64, 64)
    dots = np.random.default_rng(3).random((64, 64, 1)) > 0.93
    colour = np.where(dots, (0.45, 0.25, 0.15, 1), (0.85, 0.65, 0.55, 1)).astype(np.float32)
    image.pixels.foreach_set(colour.ravel())
    image.pack()
    tree = material.node_tree
    node, where = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeUVMap")
    node.image, where.uv_map = image, "UVMap"
    tree.links.new(where.outputs["UV"], node.inputs["Vector"])
    tree.links.new(node.outputs["Color"], shader(material).inputs["Base Color"])
    return material


def _noisy(bpy: Any) -> Any:
    material = coloured(bpy, "jumper", (0.1, 0.2, 0.5))
    tree = material.node_tree
    noise, ramp = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = (0.1, 0.2, 0.5, 1)
    tree.links.new(noise.outputs[0], ramp.inputs["Fac"])
    tree.links.new(ramp.outputs["Color"], shader(material).inputs["Base Color"])
    tree.links.new(noise.outputs[0], shader(material).inputs["Roughness"])
    return material


def _grouped(bpy: Any) -> Any:
    """Hair whose shader lies inside a node group."""
    group = bpy.data.node_groups.new("hair shader", "ShaderNodeTree")
    group.interface.new_socket("Shade", in_out="OUTPUT", socket_type="NodeSocketShader")
    inside, out = group.nodes.new("ShaderNodeBsdfPrincipled"), group.nodes.new("NodeGroupOutput")
    inside.inputs["Base Color"].default_value = (0.1, 0.05, 0.02, 1)
    group.links.new(inside.outputs["BSDF"], out.inputs["Shade"])
    material = coloured(bpy, "hair", (0, 0, 0))
    tree = material.node_tree
    tree.nodes.remove(shader(material))
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(node.outputs["Shade"], tree.nodes["Material Output"].inputs["Surface"])
    return material


def _bump(vertices: np.ndarray, point: Any, push: Any, width: float = 0.05) -> np.ndarray:
    near = np.exp(-((vertices - np.array(point)) ** 2).sum(1) / (2 * width**2))
    return near[:, None] * np.array(push)
