"""A body from the wire stands in Blender as it was sent, and moves as it should."""

import time

import numpy as np
import pytest
from clipmatrix.bodies import load_figure
from clipmatrix.bodies.kinematics import deform_matrices as figure_matrices
from clipmatrix.bodies.kinematics import posed_vertices
from clipmatrix.bodies.message import body_message
from msgspec.structs import replace

from .columns import column_body, deform_matrices, skinned


def evaluated(bpy, thing):
    """(V, 3) world positions as the dependency graph has them now."""
    result = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.empty(len(result.data.vertices) * 3, np.float32)
    result.data.vertices.foreach_get("co", points)
    world = np.array(result.matrix_world)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def size(body):
    return float(np.ptp(body.vertices, axis=0).max())


@pytest.fixture
def column(blender, rooms):
    body = column_body()
    return body, *rooms("bodies.build").build_body(body, blender.context)


def test_vertices_polygons_and_uvs_keep_their_order(column):
    body, mesh_object, _ = column
    mesh = mesh_object.data
    assert np.array_equal([vertex.co[:] for vertex in mesh.vertices], body.vertices)
    assert [list(polygon.vertices) for polygon in mesh.polygons] == [
        [vertex for vertex in polygon if vertex >= 0] for polygon in body.polygons.tolist()
    ]
    used = body.polygons >= 0
    assert np.array_equal([uv.vector[:] for uv in mesh.uv_layers.active.uv], body.polygon_uvs[used])


def test_weights_are_exactly_those_that_were_sent(column):
    body, mesh_object, _ = column
    found = np.zeros((len(body.vertices), len(body.joints)), np.float32)
    for vertex in mesh_object.data.vertices:
        for entry in vertex.groups:
            found[vertex.index, entry.group] = entry.weight
    sent = np.zeros_like(found)
    np.put_along_axis(sent, body.skin_joints, body.skin_weights, axis=1)
    assert [group.name for group in mesh_object.vertex_groups] == list(body.joints)
    assert np.array_equal(found, sent)


def test_every_joint_becomes_a_bone_under_its_parent(column):
    body, _, rig = column
    bones = rig.data.bones
    assert [bone.name for bone in bones] == list(body.joints)
    assert [bone.parent.name if bone.parent else None for bone in bones] == [None, *body.joints[:-1]]
    assert np.allclose([bone.head_local for bone in bones], body.heads, atol=1e-6)


def test_a_body_is_as_high_in_metres_in_a_scene_of_centimetres(blender, rooms):
    blender.context.scene.unit_settings.scale_length = 0.01
    body = column_body()
    added = rooms("bodies.build").build_body(replace(body, motions=()), blender.context)
    blender.context.view_layer.update()
    assert np.allclose(evaluated(blender, added.mesh_object) * 0.01, body.vertices, atol=1e-5)
    shot = rooms("scene.snapshot").snapshot(blender.context, [added.mesh_object])
    assert np.allclose(shot.character.parts[0].vertices, body.vertices, atol=1e-5)


def test_a_shape_key_moves_the_vertices_by_its_deltas(blender, column):
    body, mesh_object, rig = column
    rig.data.pose_position = "REST"
    key = mesh_object.data.shape_keys.key_blocks["wide"]
    assert (key.slider_min, key.slider_max, key.value, key.lock_shape) == (-1.0, 1.5, 0.0, False)
    assert mesh_object.data.shape_keys.key_blocks["smile"].lock_shape
    key.value = -0.75
    wanted = body.vertices - 0.75 * body.shapes[0].deltas
    assert np.abs(evaluated(blender, mesh_object) - wanted).max() < 1e-6 * size(body)


@pytest.mark.parametrize("name", ["sway", "wild"])
def test_a_motion_poses_the_mesh_as_skinning_says(blender, rooms, column, name):
    body, mesh_object, rig = column
    motion = next(motion for motion in body.motions if motion.name == name)
    rooms("bodies.motion").assign(rig, blender.data.actions[name])
    for frame in range(len(motion.rotations)):
        blender.context.scene.frame_set(1 + frame)
        wanted = skinned(body, deform_matrices(body, motion, frame))
        assert np.abs(evaluated(blender, mesh_object) - wanted).max() < 1e-5 * size(body)


def test_a_motion_that_closes_on_itself_repeats_for_ever_and_another_does_not(blender, column):
    _, mesh_object, _ = column
    scene, sway, wild = blender.context.scene, blender.data.actions["sway"], blender.data.actions["wild"]
    assert (tuple(sway.frame_range), sway.use_cyclic) == ((1.0, 9.0), True)
    assert (tuple(wild.frame_range), wild.use_cyclic) == ((1.0, 6.0), False)
    scene.frame_set(4)
    once = evaluated(blender, mesh_object)
    scene.frame_set(4 + 8 * 5)
    assert np.abs(evaluated(blender, mesh_object) - once).max() < 1e-5


def test_the_first_motion_is_played_and_the_others_stay_in_the_file(blender, column):
    _, _, rig = column
    assert rig.animation_data.action == blender.data.actions["sway"]
    assert all(action.use_fake_user for action in blender.data.actions)


def test_a_motion_keeps_its_speed_in_a_scene_of_another_frame_rate(blender, rooms):
    blender.context.scene.render.fps = 48
    rooms("bodies.build").build_body(column_body(), blender.context)
    assert tuple(blender.data.actions["sway"].frame_range) == (1.0, 17.0)


def test_a_body_is_not_added_in_edit_mode(blender, rooms, scenes):
    scenes.select(scenes.cube())
    blender.ops.object.mode_set(mode="EDIT")
    with pytest.raises(rooms("errors").Refusal, match="Object Mode"):
        rooms("bodies.build").build_body(column_body(), blender.context)
    blender.ops.object.mode_set(mode="OBJECT")
    assert len(blender.data.meshes) == 1


def test_a_body_with_impossible_polygons_is_refused_and_leaves_nothing(blender, rooms):
    body = column_body()
    polygons = body.polygons.copy()
    polygons[0] = 0
    with pytest.raises(rooms("errors").Refusal, match="does not accept"):
        rooms("bodies.build").build_body(replace(body, polygons=polygons), blender.context)
    assert not blender.data.meshes
    assert not blender.data.objects


def test_without_a_backend_the_menu_entry_says_what_to_do(blender):
    with pytest.raises(RuntimeError, match="Connect to a backend first"):
        blender.ops.clipmatrix.add_body()


def test_the_embedded_figure_walks_in_blender_as_on_the_backend(blender, rooms):
    body, figure = body_message("figure"), load_figure()
    started = time.perf_counter()
    mesh_object, _ = rooms("bodies.build").build_body(body, blender.context)
    assert time.perf_counter() - started < 5.0
    motion = body.motions[0]
    for frame in (0, 5, 16):
        blender.context.scene.frame_set(1 + frame)
        matrices = figure_matrices(figure, motion.rotations[frame : frame + 1], motion.translation[frame : frame + 1])
        wanted = posed_vertices(figure, matrices)[0]
        assert np.abs(evaluated(blender, mesh_object) - wanted).max() < 1e-5 * size(body)
