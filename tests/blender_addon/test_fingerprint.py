"""The comparison that other tests rest on sees whatever an artist could lose, and nothing else."""

import time

import numpy as np
import pytest

from .fingerprint import differences, fingerprint


@pytest.fixture
def character(blender, scenes):
    """A character with a shape key, a material with nodes, an image, an Action and a custom property."""
    thing, rig = scenes.character()
    thing.shape_key_add(name="Basis")
    thing.shape_key_add(name="wide", from_mix=False)
    material = blender.data.materials.new("skin")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = blender.data.images.new("paint", 32, 32)
    material.node_tree.links.new(node.outputs["Color"], material.node_tree.nodes["Principled BSDF"].inputs[0])
    thing.data.materials.append(material)
    drawn = blender.data.images.new("drawn", 8, 8)
    drawn.pixels.foreach_set(np.tile(np.array([0.5, 0.2, 0.1, 1], np.float32), 64))
    drawn.use_fake_user = True
    thing["mood"] = {"happy": 1.5}
    scenes.wave(rig)
    return thing


def _pixel(blender, thing):
    image = blender.data.images["paint"]
    values = np.array(image.pixels[:])
    values[5] = 1
    image.pixels.foreach_set(values.astype(np.float32))


CHANGES = {
    "a vertex": lambda blender, thing: setattr(thing.data.vertices[3].co, "x", 0.123),
    "a weight": lambda blender, thing: thing.vertex_groups[0].add([2], 0.77, "REPLACE"),
    "a UV": lambda blender, thing: setattr(thing.data.uv_layers[0].uv[7].vector, "x", 0.5),
    "a face's material": lambda blender, thing: setattr(thing.data.polygons[3], "material_index", 2),
    "flat shading": lambda blender, thing: setattr(thing.data.polygons[3], "use_smooth", False),
    "a key's point": lambda blender, thing: setattr(thing.data.shape_keys.key_blocks[1].points[4].co, "z", 9),
    "a key's value": lambda blender, thing: setattr(thing.data.shape_keys.key_blocks[1], "value", 0.5),
    "a key's range": lambda blender, thing: setattr(thing.data.shape_keys.key_blocks[1], "slider_max", 2),
    "the active key": lambda blender, thing: setattr(thing, "active_shape_key_index", 1),
    "a slot": lambda blender, thing: setattr(thing.material_slots[0], "material", None),
    "a fake user": lambda blender, thing: setattr(blender.data.materials[0], "use_fake_user", True),
    "a link": lambda blender, thing: blender.data.materials[0].node_tree.links.clear(),
    "a socket's value": lambda blender, thing: setattr(
        blender.data.materials[0].node_tree.nodes["Principled BSDF"].inputs["Roughness"], "default_value", 0.1
    ),
    "where a node lies": lambda blender, thing: setattr(
        blender.data.materials[0].node_tree.nodes[0], "location", (9, 9)
    ),
    "a pixel": _pixel,
    "packing": lambda blender, thing: blender.data.images["drawn"].pack(),
    "the view transform": lambda blender, thing: setattr(
        blender.context.scene.view_settings, "view_transform", "Standard"
    ),
    "the exposure": lambda blender, thing: setattr(blender.context.scene.view_settings, "exposure", 0.5),
    "a modifier": lambda blender, thing: setattr(thing.modifiers[0], "show_render", False),
    "a transform": lambda blender, thing: setattr(thing, "location", (0, 0, 1)),
    "a pose": lambda blender, thing: setattr(thing.parent.pose.bones[1], "rotation_euler", (1, 0, 0)),
    "a keyframe": lambda blender, thing: thing.parent.pose.bones[0].keyframe_insert("location", frame=3),
    "a custom property": lambda blender, thing: thing.__setitem__("mood", {"happy": 2.5}),
    "a new data-block": lambda blender, thing: blender.data.images.new("another", 1, 1),
    "the selection": lambda blender, thing: thing.select_set(False),
    "the frame": lambda blender, thing: blender.context.scene.frame_set(7),
    "a setting of ours": lambda blender, thing: setattr(blender.context.scene.clipmatrix, "seed", 99),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_kind_of_change_changes_the_fingerprint(blender, character, change):
    before = fingerprint(blender)
    CHANGES[change](blender, character)
    assert differences(before, fingerprint(blender))


def test_an_unchanged_file_has_the_same_fingerprint(blender, character):
    before = fingerprint(blender)
    assert len(before) > 1000
    assert differences(before, fingerprint(blender)) == []


def test_a_saved_and_loaded_file_is_the_same_but_for_where_it_lies(blender, character, tmp_path):
    blender.data.images["drawn"].pack()
    blender.context.scene.frame_set(1)  # as loading does
    before = fingerprint(blender)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "same.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "same.blend"))
    changed = differences(before, fingerprint(blender))
    assert [line for line in changed if "resolution" not in line] == []  # which 4.2 rounds to whole dots a metre


def test_a_large_mesh_takes_a_moment_only(blender, scenes):
    scenes.column(rings=2000, sides=10)
    start = time.perf_counter()
    fingerprint(blender)
    assert time.perf_counter() - start < 3
