"""The small picture of a character: its colours, its pose, its outline, and that it costs little."""

import time

import numpy as np
import pytest


@pytest.fixture
def portrait(rooms):
    return rooms("output.portrait").portrait


def _paint(blender, thing, image=None, colour=(1, 0, 0, 1)):
    material = blender.data.materials.new("paint")
    material.use_nodes = True
    socket = material.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    socket.default_value = colour
    if image is not None:
        node = material.node_tree.nodes.new("ShaderNodeTexImage")
        node.image = image
        material.node_tree.links.new(node.outputs["Color"], socket)
    thing.data.materials.clear()
    thing.data.materials.append(material)


def _image(blender, pixels):
    image = blender.data.images.new("picture", pixels.shape[1], pixels.shape[0])
    image.pixels.foreach_set(np.concatenate([pixels, np.ones((*pixels.shape[:2], 1))], 2).astype(np.float32).ravel())
    return image


def test_it_shows_the_character_in_its_colour_on_nothing(blender, scenes, portrait):
    column = scenes.column()
    _paint(blender, column)
    picture = portrait([column], 64)
    assert picture.shape == (64, 64, 4)
    assert picture[32, 32, 3] == pytest.approx(1, abs=0.05)
    assert picture[32, 32, 0] > 0.4
    assert picture[32, 32, 1:3].max() < 0.02
    assert picture[:, :10, 3].max() == 0  # a column is higher than wide
    assert picture[2:62, :, 3].any(axis=1).all()


def test_it_shows_the_texture(blender, scenes, portrait):
    plate = scenes.mesh("Plate", [(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)], [(0, 1, 2, 3)])
    half = np.zeros((8, 8, 3))
    half[4:, :, 1] = 1  # green above, black below
    _paint(blender, plate, _image(blender, half))
    picture = portrait([plate], 64)
    assert picture[48, 32, 1] > 0.8
    assert picture[16, 32, 1] < 0.02


def test_what_is_in_front_hides_what_is_behind(blender, scenes, portrait):
    near, far = scenes.cube("Near"), scenes.cube("Far")
    near.location.y, far.location.y = -3, 3
    _paint(blender, near, colour=(0, 0, 1, 1))
    _paint(blender, far, colour=(1, 0, 0, 1))
    near.scale = far.scale = (5, 1, 5)
    picture = portrait([near, far], 64)
    column = picture[32, 32]
    assert column[2] > 0.4
    assert column[0] < 0.05


def test_it_shows_the_pose(blender, scenes, portrait):
    column, rig = scenes.character()
    straight = portrait([column], 64)
    bone = rig.pose.bones["bone1"]
    bone.rotation_mode = "XYZ"
    bone.rotation_euler = (0, 0, 1.2)
    bent = portrait([column], 64)
    assert np.abs(straight - bent).max() > 0.5


def test_the_same_character_gets_the_same_picture(scenes, portrait):
    column = scenes.column()
    assert np.array_equal(portrait([column], 32), portrait([column], 32))


def test_where_nothing_is_to_be_seen_there_is_no_picture(blender, scenes, portrait):
    column = scenes.column()
    empty = scenes.add("Empty", blender.data.meshes.new("Empty"))
    assert portrait([empty], 32) is None
    column.hide_set(True)
    assert portrait([column], 32) is None


def test_broken_vertices_and_missing_uvs_do_not_stop_it(blender, scenes, portrait):
    column = scenes.column()
    bare = scenes.mesh("Bare", [(0, 0, 0), (1, 0, 0), (0, 0, 1)], [(0, 1, 2)], uvs="")
    _paint(blender, bare, _image(blender, np.ones((4, 4, 3))))
    column.data.vertices[0].co.x = float("nan")
    picture = portrait([column, bare], 32)
    assert np.isfinite(picture).all()
    assert picture[..., 3].max() == 1
    column.data.vertices[1].co.x = float("inf")  # beside which all else is a point
    portrait([column, bare], 32)


def test_many_layers_take_no_more_points_than_a_few(scenes, portrait):
    """A hundred columns in one place are as quickly drawn as ten."""
    crowd = [scenes.column(f"Column {index}") for index in range(100)]
    began = time.perf_counter()
    assert portrait(crowd, 128)[64, 64, 3] == 1
    assert time.perf_counter() - began < 5


def test_it_takes_a_fraction_of_a_second(blender, scenes, portrait):
    column = scenes.column(rings=160, sides=64)  # 10,240 vertices
    _paint(blender, column, _image(blender, np.zeros((1024, 1024, 3))))
    portrait([column], 128)
    took = []
    for _ in range(3):
        began = time.perf_counter()
        portrait([column], 128)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.5
