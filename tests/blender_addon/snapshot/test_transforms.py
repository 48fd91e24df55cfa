"""Scales, units and places that a character may have, and those it may not."""

import numpy as np
import pytest

from .asking import read, refusal


@pytest.mark.parametrize("which", ["part", "armature"])
def test_a_scale_of_nothing_is_refused_by_name(blender, scenes, rooms, which):
    thing, rig = scenes.character()
    chosen = thing if which == "part" else rig
    chosen.scale = (1, 0, 1)
    scenes.select(thing)
    assert f"{chosen.name} is scaled to nothing" in refusal(blender, rooms).message


def test_a_bone_that_is_scaled_to_nothing_in_a_pose_is_fine(blender, scenes, rooms):
    _, rig = scenes.character()
    rig.pose.bones["bone2"].scale = (0, 0, 0)
    blender.context.view_layer.update()
    assert len(read(blender, rooms).character.poses) == 2


def test_an_armature_at_a_hundredth_of_its_size_as_game_exporters_leave_it(blender, scenes, rooms):
    thing, rig = scenes.character()
    reference = read(blender, rooms).character.parts[0].vertices
    rig.scale = (0.01, 0.01, 0.01)
    rig.rotation_euler.x = 1.5707964
    thing.data.transform(rig.matrix_world.copy() @ rig.matrix_world.inverted())
    scenes.select(thing)
    vertices = read(blender, rooms).character.parts[0].vertices
    turned = reference[:, [0, 2, 1]] * (0.01, -0.01, 0.01)
    np.testing.assert_allclose(vertices, turned, atol=1e-6)


@pytest.mark.parametrize("scale", [0.001, 0.3048, 1000.0])
def test_whatever_the_unit_of_the_scene_metres_are_sent(blender, scenes, rooms, scale):
    thing = scenes.cube()
    blender.context.scene.unit_settings.scale_length = scale
    scenes.select(thing)
    vertices = read(blender, rooms).character.parts[0].vertices
    np.testing.assert_allclose(np.ptp(vertices, axis=0), scale, rtol=1e-6)


def test_delta_transforms_and_parent_inverses_are_part_of_the_place(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.delta_location, thing.delta_scale = (1, 2, 3), (2, 2, 2)
    thing.matrix_parent_inverse = thing.matrix_parent_inverse.Translation((0, 0, 5))
    scenes.select(thing)
    part = read(blender, rooms).character.parts[0]
    shown = thing.evaluated_get(blender.context.evaluated_depsgraph_get()).matrix_world
    expected = [shown @ vertex.co for vertex in thing.data.vertices]
    np.testing.assert_allclose(part.vertices, np.array(expected), atol=1e-5)
