"""Apply Scale and Apply Rotation while a job runs or a take is kept: what it grows is as large as before, in metres."""

import numpy as np
import pytest

from .peer import finish, generate


@pytest.fixture
def column(blender, scenes):
    """A column 3 m high, of 300 units under a scale of 0.01 and a quarter turn."""
    thing, _ = scenes.character()
    thing.rotation_euler, thing.scale = (np.pi / 2, 0, 0), (0.01, 0.01, 0.02)
    blender.context.view_layer.update()
    thing.data.transform(thing.matrix_basis.inverted())
    return thing


def _places(blender, thing):
    """(V, 3) in the world, as shown."""
    graph = blender.context.evaluated_depsgraph_get()
    shown = thing.evaluated_get(graph)
    return np.array([shown.matrix_world @ vertex.co for vertex in shown.data.vertices])


def _apply_transform(blender):
    blender.ops.object.transform_apply(location=True, rotation=True, scale=True)


def test_a_job_goes_on_in_metres_after_apply_scale(blender, column, connected, peer):
    bare = _places(blender, column)
    generate(blender, connected, peer)
    _apply_transform(blender)
    finish(connected, peer)
    assert np.allclose(_places(blender, column), bare + 0.5, atol=1e-4)
    blender.ops.clipmatrix.discard()
    assert np.allclose(_places(blender, column), bare, atol=1e-4)


def test_a_result_is_the_same_after_saving_scaled(blender, column, connected, peer, tmp_path):
    bare = _places(blender, column)
    generate(blender, connected, peer)
    finish(connected, peer)
    _apply_transform(blender)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scaled.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "scaled.blend"))
    connected.tick()
    assert np.allclose(connected.result.offsets[0], 0.5, atol=1e-4)
    blender.ops.clipmatrix.accept()
    assert np.allclose(_places(blender, blender.data.objects["Column"]), bare + 0.5, atol=1e-4)


def test_takes_follow_apply_scale(blender, column, connected, peer):
    bare = _places(blender, column)
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    blender.ops.clipmatrix.take_compare()
    _apply_transform(blender)
    blender.ops.clipmatrix.take_compare()
    assert np.allclose(_places(blender, column), bare + 0.5, atol=1e-4)


def test_discard_brings_the_take_before_back_after_apply_scale(blender, column, connected, peer):
    bare = _places(blender, column)
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    generate(blender, connected, peer)
    _apply_transform(blender)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert np.allclose(_places(blender, column), bare + 0.5, atol=1e-4)


def test_a_scale_that_is_not_applied_changes_nothing_of_the_mesh(blender, column, connected, peer):
    generate(blender, connected, peer)
    shown = np.array([vertex.co for vertex in column.data.shape_keys.key_blocks[1].points])
    column.scale *= 2
    finish(connected, peer)
    basis = np.array([vertex.co for vertex in column.data.shape_keys.key_blocks[0].points])
    again = np.array([vertex.co for vertex in column.data.shape_keys.key_blocks[1].points])
    assert np.allclose(again - basis, 5 * (shown - basis), rtol=1e-4)
