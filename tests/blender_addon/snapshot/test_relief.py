"""The artist's own normal maps, as they are sent to start from; Cycles says what they lean."""

import numpy as np
import pytest

from ..fingerprint import differences, fingerprint
from .asking import read
from .leaning import WAYS, bumpy, leant, one_image, some_faces
from .painted import SIDE, amid, spread_layer


def sent(blender, rooms, **options):
    """The snapshot with the first part's normal map, None where none is sent."""
    shot = read(blender, rooms, texture_size=SIDE, **options)
    maps = shot.character.start_normal_maps
    return (maps[0] if maps else None), shot


def baked(blender, thing):
    """The normals that Cycles bakes in tangent space, (H, W, 3) unit vectors, and the texels to look at."""
    thing.data.shade_flat()  # a smooth cube's normals lean so far that Cycles bends what would look into its surface
    scene = blender.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
    target = blender.data.images.new("baked", SIDE, SIDE, alpha=True, float_buffer=True, is_data=True)
    target.pixels.foreach_set(np.zeros(SIDE * SIDE * 4, np.float32))
    for slot in thing.material_slots:
        node = slot.material.node_tree.nodes.new("ShaderNodeTexImage")
        node.image = target
        slot.material.node_tree.nodes.active = node
    blender.ops.object.bake(type="NORMAL", normal_space="TANGENT", margin=0, use_clear=False)
    pixels = np.empty(SIDE * SIDE * 4, np.float32)
    target.pixels.foreach_get(pixels)
    rgba = pixels.reshape(SIDE, SIDE, 4)
    return unit(rgba[..., :3] * 2 - 1), amid(rgba[..., 3] > 0)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_sent_leans_as_cycles_bakes_it(blender, rooms, cube, material, way):
    way(blender, cube, material)
    texels, shot = sent(blender, rooms)
    assert (shot.remarks, shot.unread) == ((), ())
    seen, covered = baked(blender, cube)
    assert covered.sum() > 0.4 * SIDE * SIDE
    cosine = (np.broadcast_to(unit(texels / 127.5 - 1), seen.shape) * seen).sum(axis=-1)[covered]
    apart = np.degrees(np.arccos(cosine.clip(-1, 1)))
    assert np.quantile(apart, 0.98) < 1.2, np.quantile(apart, [0.5, 0.9, 0.98, 1])
    assert np.degrees(np.arccos(seen[covered][:, 2].mean())) > 5  # there is something to see


def test_an_image_arrives_texel_for_texel(blender, rooms, cube, material):
    one_image(blender, cube, material)
    shown = np.empty(SIDE * SIDE * 4, np.float32)
    blender.data.images["bumps"].pixels.foreach_get(shown)
    texels, _ = sent(blender, rooms)
    np.testing.assert_array_equal(texels, np.rint(shown.reshape(SIDE, SIDE, 4)[..., :3] * 255).astype(np.uint8))


def test_a_larger_image_is_thinned_and_a_smaller_one_left_alone(blender, rooms, cube, material):
    for side, expected in ((256, SIDE), (16, 16)):
        cube.data.materials.clear()
        material(cube, leant(bumpy(blender, side=side)))
        assert sent(blender, rooms)[0].shape == (expected, expected, 3)


def test_without_any_none_is_sent_and_a_part_without_one_is_flat(blender, rooms, scenes, cube, material):
    material(cube)
    assert sent(blender, rooms)[0] is None
    cube.data.materials.clear()
    one_image(blender, cube, material)
    other = scenes.cube("Other")
    maps = rooms("scene.snapshot").snapshot(blender.context, [cube, other], texture_size=SIDE).character
    assert maps.start_normal_maps[0].shape == (SIDE, SIDE, 3)
    assert maps.start_normal_maps[1].tolist() == [[[128, 128, 255]]]


def test_a_normal_map_for_directx_has_its_green_turned_round(blender, rooms):
    """Only the newest Blenders have the setting, so what is read of it is put in by hand."""
    relief, lean = rooms("scene.materials.relief"), rooms("scene.materials.normal_map_nodes").Lean
    colour = rooms("scene.materials.base_colour_nodes").Colour((0.75, 0.75, 0.9))
    (up,), (down,) = (relief._bytes(np.array([colour.rgb]), lean(colour, downwards=way)) for way in (False, True))
    assert up[1] > 160 > 96 > down[1]
    assert down[0] > 160


def bumps(blender, thing, material):
    def wire(tree, shader):
        leant(bumpy(blender))(tree, shader)
        bump = tree.nodes.new("ShaderNodeBump")
        tree.links.new(tree.nodes["Normal Map"].outputs["Normal"], bump.inputs["Normal"])
        tree.links.new(bump.outputs["Normal"], shader.inputs["Normal"])

    material(thing, wire)


def object_space(blender, thing, material):
    material(thing, leant(bumpy(blender), space="OBJECT"))


def another_layer(blender, thing, material):
    spread_layer(thing)
    material(thing, leant(bumpy(blender), uv_map="second"))


def mixed(blender, thing, material):
    def wire(tree, shader):
        leant(bumpy(blender))(tree, shader)
        turned = tree.nodes.new("ShaderNodeInvert")
        tree.links.new(tree.nodes["Image Texture"].outputs["Color"], turned.inputs["Color"])
        tree.links.new(turned.outputs["Color"], tree.nodes["Normal Map"].inputs["Color"])

    material(thing, wire)


def varying_strength(blender, thing, material):
    def wire(tree, shader):
        leant(bumpy(blender))(tree, shader)
        value = tree.nodes.new("ShaderNodeTexNoise")
        tree.links.new(value.outputs[0], tree.nodes["Normal Map"].inputs["Strength"])

    material(thing, wire)


def procedural(blender, thing, material):
    def wire(tree, shader):
        around = tree.nodes.new("ShaderNodeNewGeometry")
        tree.links.new(around.outputs["Normal"], shader.inputs["Normal"])

    material(thing, wire)


def file_that_is_gone(blender, thing, material):
    image = blender.data.images.new("gone", 4, 4)
    image.source, image.filepath = "FILE", "//gone.png"
    material(thing, leant(image))


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (bumps, "has bumps"),
        (object_space, "has a normal map that is not in tangent space"),
        (another_layer, "has a normal map along another UV layer, “second”"),
        (mixed, "mixes its normal map in nodes"),
        (varying_strength, "mixes its normal map in nodes"),
        (procedural, "mixes its normals in nodes"),
        (file_that_is_gone, "shows “gone”, which can't be read"),
    ],
)
def test_what_can_t_be_read_is_said_and_not_sent(blender, rooms, cube, material, way, said):
    way(blender, cube, material)
    texels, shot = sent(blender, rooms)
    assert texels is None
    assert shot.unread == (f"“skin” {said}",)
    assert shot.remarks == ()  # it matters only where a normal map is asked for


def test_the_bare_mesh_brings_none_and_says_which_is_left_out(blender, rooms, cube, material):
    one_image(blender, cube, material)
    texels, shot = sent(blender, rooms, start="FRESH")
    assert texels is None
    assert shot.unread == ("“skin” has relief of its own",)


def test_reading_leaves_the_scene_as_it_is(blender, rooms, cube, material):
    some_faces(blender, cube, material)
    before = fingerprint(blender)
    sent(blender, rooms)
    assert differences(before, fingerprint(blender)) == []
