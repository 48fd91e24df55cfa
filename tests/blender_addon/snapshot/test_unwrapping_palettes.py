"""Unwrap makes room for paint where a palette's UVs have none, and what the materials show stays as it is."""

import numpy as np
import pytest

from ..fingerprint import differences, fingerprint
from .asking import press, read, refusal

COLOURS = np.array([[0.9, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.9], [0.9, 0.8, 0.1]], np.float32)
"""Of the palette, encoded."""

SIDE = 256
"""Of the texture that is sent."""


def shrink(thing, size, spots=4):
    """Have each face lie on the spot of one of the palette's colours."""
    uvs = thing.data.uv_layers[0].uv
    for face in thing.data.polygons:
        for place, corner in enumerate(face.loop_indices):
            uvs[corner].vector = (
                (face.index % spots + 0.5) / 4 + size * (place in (1, 2)),
                0.5 + size * (place in (2, 3)),
            )


@pytest.fixture
def palette(blender):
    """Four colours beside each other."""
    image = blender.data.images.new("palette", 4, 1)
    image.pixels.foreach_set(np.column_stack([COLOURS, np.ones(4)]).astype(np.float32).reshape(-1))
    image.pack()
    return image


def by_default(tree, shader, image):
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image, node.interpolation = image, "Closest"
    tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    return node


def by_coordinates(tree, shader, image):
    node = by_default(tree, shader, image)
    tree.links.new(tree.nodes.new("ShaderNodeTexCoord").outputs["UV"], node.inputs["Vector"])


def by_a_nameless_map(tree, shader, image):
    node = by_default(tree, shader, image)
    tree.links.new(tree.nodes.new("ShaderNodeUVMap").outputs["UV"], node.inputs["Vector"])


def in_a_group(tree, shader, image):
    import bpy

    group = bpy.data.node_groups.new("kit", "ShaderNodeTree")
    group.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    node, end = group.nodes.new("ShaderNodeTexImage"), group.nodes.new("NodeGroupOutput")
    node.image = image
    group.links.new(node.outputs["Color"], end.inputs["Color"])
    call = tree.nodes.new("ShaderNodeGroup")
    call.node_tree = group
    tree.links.new(call.outputs["Color"], shader.inputs["Base Color"])


@pytest.mark.parametrize("wiring", [by_default, by_coordinates, by_a_nameless_map, in_a_group])
def test_faces_keep_the_palettes_colours_in_uvs_that_have_room(blender, scenes, rooms, material, palette, wiring):
    thing = scenes.column()
    shrink(thing, 0)
    material(thing, lambda tree, shader: wiring(tree, shader, palette))
    scenes.select(thing)
    found = refusal(blender, rooms)
    assert "“UVMap” is empty" in found.message
    press(blender, found)
    assert thing.data.uv_layers.keys() == ["UVMap", "Unwrapped"]
    assert thing.data.uv_layers["Unwrapped"].active_render
    shot = read(blender, rooms, texture_size=SIDE)
    assert shot.remarks == ()
    part, texture = shot.character.parts[0], shot.character.start_textures[0]
    faces = np.array([triangle.polygon_index for triangle in thing.data.loop_triangles])
    for uvs, face in zip(part.corner_uvs, faces, strict=True):
        u, v = uvs.mean(axis=0) * SIDE
        np.testing.assert_allclose(texture[int(v), int(u)] / 255, COLOURS[face % 4], atol=0.01)


def test_the_menu_makes_room_on_small_spots_too(blender, scenes, rooms, material, palette):
    thing = scenes.column()
    shrink(thing, 1e-3)
    material(thing, lambda tree, shader: by_default(tree, shader, palette))
    scenes.select(thing)
    (remark,) = read(blender, rooms).remarks
    assert "Unwrap, in the ClipMatrix menu" in remark
    blender.ops.clipmatrix.unwrap()
    assert read(blender, rooms).remarks == ()


def test_another_mesh_of_the_same_material_keeps_it(blender, scenes, rooms, material, palette):
    thing, other = scenes.column(), scenes.cube("Other")
    other.data.uv_layers[0].name = "UVChannel_1"
    shrink(thing, 0)
    shared = material(thing, lambda tree, shader: by_default(tree, shader, palette))
    other.data.materials.append(shared)
    nodes = len(shared.node_tree.nodes)
    scenes.select(thing)
    blender.ops.clipmatrix.unwrap()
    assert other.data.materials[0] == shared
    assert len(shared.node_tree.nodes) == nodes
    assert thing.data.materials[0] != shared


def test_a_kit_whose_meshes_call_their_layer_alike_goes_on_sharing_its_material(blender, scenes, material, palette):
    thing, other = scenes.column(), scenes.cube("Other")
    shrink(thing, 0)
    shared = material(thing, lambda tree, shader: by_default(tree, shader, palette))
    other.data.materials.append(shared)
    scenes.select(thing)
    blender.ops.clipmatrix.unwrap()
    assert thing.data.materials[0] == other.data.materials[0] == shared


def test_a_tangent_space_normal_map_follows_its_own_layer_still(blender, scenes, material, palette):
    thing = scenes.column()
    shrink(thing, 0)

    def wire(tree, shader):
        by_default(tree, shader, palette)
        relief = tree.nodes.new("ShaderNodeNormalMap")
        tree.links.new(relief.outputs["Normal"], shader.inputs["Normal"])

    tree = material(thing, wire).node_tree
    scenes.select(thing)
    blender.ops.clipmatrix.unwrap()
    assert next(node for node in tree.nodes if node.type == "NORMAL_MAP").uv_map == "UVMap"


def test_another_layer_that_is_used_instead_leaves_the_look_as_it_is(blender, scenes, rooms, material, palette):
    thing = scenes.column()
    thing.data.uv_layers.new(name="lightmap")
    shrink(thing, 0)
    thing.data.uv_layers[0].active_render = True
    tree = material(thing, lambda tree, shader: by_default(tree, shader, palette)).node_tree
    scenes.select(thing)
    found = refusal(blender, rooms)
    assert found.fix.label == "Use lightmap"
    press(blender, found)
    assert next(node for node in tree.nodes if node.type == "UVMAP").uv_map == "UVMap"


def test_faces_on_a_slanting_line_are_empty_for_panel_and_job_alike(blender, scenes, rooms):
    thing = scenes.column()
    for index, corner in enumerate(thing.data.uv_layers[0].uv):
        corner.vector = (index / 1000, index / 1000)
    scenes.select(thing)
    parts = rooms("scene.characters").selected_parts(blender.context)
    assert [said.message for said in rooms("scene.checks.surface").empty_uvs(parts, None)] == [
        refusal(blender, rooms).message
    ]


def test_what_has_takes_is_not_unwrapped_under_their_paint(blender, scenes, material, palette):
    thing = scenes.column()
    shrink(thing, 0)
    material(thing, lambda tree, shader: by_default(tree, shader, palette))
    thing.clipmatrix_wardrobe.outfits.add()
    scenes.select(thing)
    before = fingerprint(blender)
    with pytest.raises(RuntimeError, match="has takes, whose paint lies along its UVs"):
        blender.ops.clipmatrix.unwrap()
    assert differences(before, fingerprint(blender)) == []


def test_a_mesh_with_as_many_layers_as_there_may_be_is_left_as_it_is(blender, scenes, material, palette):
    thing = scenes.column()
    for _ in range(7):
        thing.data.uv_layers.new()
    shrink(thing, 0)
    material(thing, lambda tree, shader: by_default(tree, shader, palette))
    thing.data.uv_layers[0].active_render = True
    scenes.select(thing)
    before = fingerprint(blender)
    with pytest.raises(RuntimeError, match="as many UV layers as Blender allows"):
        blender.ops.clipmatrix.unwrap()
    assert differences(before, fingerprint(blender)) == []
