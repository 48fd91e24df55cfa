"""What the artist's own materials show, as it is sent to start from; Cycles says what they show."""

import time

import numpy as np
import pytest

from ..fingerprint import differences, fingerprint
from .asking import read
from .painted import SIDE, WAYS, amid, another_layer, noise, picture, plain, several_slots, shows, vertex_colours


def sent(blender, rooms, **options):
    """The first part's texture, and the remarks."""
    shot = read(blender, rooms, texture_size=SIDE, **options)
    return shot.character.start_textures[0], shot.remarks


def baked(blender, thing):
    """What Cycles bakes of the colour, and the texels to look at."""
    scene = blender.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
    target = blender.data.images.new("baked", SIDE, SIDE, alpha=True)
    target.pixels.foreach_set(np.zeros(SIDE * SIDE * 4, np.float32))
    for slot in thing.material_slots:
        node = slot.material.node_tree.nodes.new("ShaderNodeTexImage")
        node.image = target
        slot.material.node_tree.nodes.active = node
        # or a part of the colour goes to the gloss
        slot.material.node_tree.nodes["Principled BSDF"].inputs["Specular IOR Level"].default_value = 0
    blender.ops.object.bake(type="DIFFUSE", pass_filter={"COLOR"}, margin=0, use_clear=False)
    pixels = np.empty(SIDE * SIDE * 4, np.float32)
    target.pixels.foreach_get(pixels)
    rgba = pixels.reshape(SIDE, SIDE, 4)
    return np.rint(rgba[..., :3] * 255).astype(int), amid(rgba[..., 3] > 0)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_sent_is_what_cycles_bakes(blender, rooms, cube, material, way):
    way(blender, cube, material)
    texture, remarks = sent(blender, rooms)
    assert remarks == ()
    seen, covered = baked(blender, cube)
    assert covered.sum() > 0.4 * SIDE * SIDE
    off = np.abs(np.broadcast_to(texture, seen.shape).astype(int) - seen)[covered]
    assert np.quantile(off, 0.98) <= 2, np.quantile(off, [0.5, 0.9, 0.98, 1])
    assert texture[..., :3].std() > 5


def test_reading_a_texture_of_1024_takes_well_under_a_second(blender, rooms, cube, material):
    material(cube, shows(noise(blender, width=1024, height=1024)))
    another_layer(blender, cube, material)
    for face in cube.data.polygons:
        face.material_index = face.index % 2
    began = time.process_time()
    paint = rooms("scene.materials.paint").paint(cube, 1024)
    assert time.process_time() - began < 1.0
    assert paint.texture.shape == (1024, 1024, 3)


def test_an_image_arrives_texel_for_texel(blender, rooms, cube, material):
    picture(blender, cube, material)
    shown = np.empty(SIDE * SIDE * 4, np.float32)
    blender.data.images["noise"].pixels.foreach_get(shown)
    texture, _ = sent(blender, rooms)
    np.testing.assert_array_equal(texture, np.rint(shown.reshape(SIDE, SIDE, 4)[..., :3] * 255).astype(np.uint8))


def test_an_image_beside_another_slot_arrives_texel_for_texel_on_its_faces(blender, rooms, cube, material):
    picture(blender, cube, material)
    whole, _ = sent(blender, rooms)
    plain(blender, cube, material)
    for face in cube.data.polygons:
        face.material_index = face.index % 2
    texture, _ = sent(blender, rooms)
    between = texture[-1, -1]  # far from all faces
    painted = (texture != [203, 89, 39]).any(axis=-1) & (texture != between).any(axis=-1)
    np.testing.assert_array_equal(texture[painted], whole[painted])
    assert 0.3 < painted.mean() < 0.7


def test_a_larger_image_is_thinned_and_a_smaller_one_left_alone(blender, rooms, cube, material):
    for width, height, expected in ((512, 256, (32, 64, 3)), (16, 32, (32, 16, 3))):
        cube.data.materials.clear()
        material(cube, shows(noise(blender, width=width, height=height)))
        assert sent(blender, rooms)[0].shape == expected


def test_faces_beyond_the_last_slot_and_empty_slots_are_shown_as_blender_shows_them(blender, rooms, cube, material):
    plain(blender, cube, material)
    for face in cube.data.polygons:
        face.material_index = 7
    assert sent(blender, rooms)[0].tolist() == [[[203, 89, 39]]]
    cube.data.materials[0] = None
    assert sent(blender, rooms)[0].tolist() == [[[231, 231, 231]]]  # Blender's own light grey
    cube.data.materials.clear()
    assert sent(blender, rooms)[0].tolist() == [[[231, 231, 231]]]


def test_a_slot_of_the_object_counts_before_the_mesh_s(blender, rooms, cube, material):
    plain(blender, cube, material)
    own = blender.data.materials.new("own")
    own.use_nodes = True
    own.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0, 1, 0, 1)
    cube.material_slots[0].link, cube.material_slots[0].material = "OBJECT", own
    assert sent(blender, rooms)[0].tolist() == [[[0, 255, 0]]]


def procedural(blender, thing, material):
    def wire(tree, shader):
        node = tree.nodes.new("ShaderNodeTexVoronoi")
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])

    material(thing, wire).diffuse_color = (1, 0, 0, 1)


def file_that_is_gone(blender, thing, material):
    image = blender.data.images.new("gone", 4, 4)
    image.source, image.filepath = "FILE", "//gone.png"
    material(thing, shows(image)).diffuse_color = (1, 0, 0, 1)


def node_without_an_image(blender, thing, material):
    material(thing, shows(None)).diffuse_color = (1, 0, 0, 1)


def tiles(blender, thing, material):
    image = blender.data.images.new("tiles", 4, 4, tiled=True)
    material(thing, shows(image)).diffuse_color = (1, 0, 0, 1)


def box(blender, thing, material):
    material(thing, shows(noise(blender), projection="BOX")).diffuse_color = (1, 0, 0, 1)


def unknown_shader(blender, thing, material):
    made = material(thing)
    made.diffuse_color = (1, 0, 0, 1)
    made.node_tree.nodes.remove(made.node_tree.nodes["Principled BSDF"])


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (procedural, "“skin” mixes its colour in nodes"),
        (file_that_is_gone, "“skin” shows “gone”, which can't be read"),
        (node_without_an_image, "“skin” has an image node without an image"),
        (tiles, "“skin” shows “tiles”, which is made of several images"),
        (box, "“skin” lays “noise” out in another way than by UVs"),
        (unknown_shader, "“skin” has no shader that ClipMatrix knows"),
    ],
)
def test_what_can_t_be_read_is_said_and_the_viewport_s_colour_is_sent(blender, rooms, cube, material, way, said):
    way(blender, cube, material)
    texture, (remark,) = sent(blender, rooms)
    assert remark == f"{said}; ClipMatrix starts from its colour in the viewport (Viewport Display) instead."
    assert texture.tolist() == [[[255, 0, 0]]]


def test_the_only_image_behind_other_nodes_is_better_than_one_colour(blender, rooms, cube, material):
    def wire(tree, shader):
        shows(noise(blender))(tree, shader)
        node = tree.nodes.new("ShaderNodeHueSaturation")
        tree.links.new(tree.nodes["Image Texture"].outputs["Color"], node.inputs["Color"])
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])

    material(cube, wire)
    texture, (remark,) = sent(blender, rooms)
    assert remark == "“skin” mixes its colour in nodes; ClipMatrix starts from its image “noise” as it is."
    assert texture.shape == (SIDE, SIDE, 3)


def test_a_layer_or_attribute_that_is_gone_is_said(blender, rooms, cube, material):
    another_layer(blender, cube, material)
    cube.data.uv_layers.remove(cube.data.uv_layers["second"])
    assert "no UV layer “second”" in sent(blender, rooms)[1][0]
    cube.data.materials.clear()
    vertex_colours(blender, cube, material)
    cube.data.color_attributes.remove(cube.data.color_attributes["own"])
    texture, (remark,) = sent(blender, rooms)
    assert "no colours “own”" in remark
    assert texture.tolist() == [[[0, 0, 0]]]


def test_a_material_without_nodes_shows_its_viewport_colour(blender, rooms, cube):
    if blender.app.version >= (5, 0, 0):
        pytest.skip("every material has nodes")
    made = blender.data.materials.new("old")
    made.diffuse_color = (0, 0, 1, 1)
    cube.data.materials.append(made)
    texture, remarks = sent(blender, rooms)
    assert (texture.tolist(), remarks) == ([[[0, 0, 255]]], ())


def test_a_loop_in_the_nodes_ends(blender, rooms, cube, material):
    def wire(tree, shader):
        first, second = (tree.nodes.new("NodeReroute") for _ in range(2))
        tree.links.new(first.outputs[0], second.inputs[0])
        tree.links.new(second.outputs[0], first.inputs[0])
        tree.links.new(second.outputs[0], shader.inputs["Base Color"])

    material(cube, wire)
    sent(blender, rooms)


def test_painted_anew_says_nothing_of_the_paint_but_brings_it_for_what_is_locked(blender, rooms, cube, material):
    procedural(blender, cube, material)
    texture, remarks = sent(blender, rooms, start="FRESH")
    assert remarks == ()
    assert texture.tolist() == [[[255, 0, 0]]]


def test_reading_leaves_the_scene_as_it_is(blender, rooms, cube, material):
    several_slots(blender, cube, material)
    before = fingerprint(blender)
    sent(blender, rooms)
    assert differences(before, fingerprint(blender)) == []
