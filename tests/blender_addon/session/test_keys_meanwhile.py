"""What an artist does to shape keys while a job runs or its result waits is theirs to keep."""

import pytest
from clipmatrix_protocol import Done

from .peer import SUMMARY, finish, generate, hear_job, job, pump, state


@pytest.fixture
def column(scenes):
    thing, _ = scenes.character()
    return thing


def _height(blender, thing):
    """Of the evaluated mesh's first vertex."""
    graph = blender.context.evaluated_depsgraph_get()
    return thing.evaluated_get(graph).data.vertices[0].co.z


def _lift_basis(blender, thing):
    """Move the whole Basis up by 2 in edit mode, which takes along what is relative to it."""
    thing.active_shape_key_index = 0
    blender.ops.object.mode_set(mode="EDIT")
    blender.ops.mesh.select_all(action="SELECT")
    blender.ops.transform.translate(value=(0, 0, 2))
    blender.ops.object.mode_set(mode="OBJECT")


def test_discarding_a_job_of_paint_alone_leaves_keys_made_meanwhile(blender, column, connected, peer):
    blender.context.scene.clipmatrix.vary_offsets = 0
    generate(blender, connected, peer)
    finish(connected, peer)
    column.shape_key_add(name="Basis")
    column.shape_key_add(name="smile")
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}
    assert "smile" in column.data.shape_keys.key_blocks


@pytest.mark.parametrize("button", ["accept", "discard"])
def test_the_take_before_follows_a_basis_that_is_edited_meanwhile(blender, column, connected, peer, button):
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    worn = _height(blender, column)
    generate(blender, connected, peer)
    finish(connected, peer)
    _lift_basis(blender, column)
    getattr(blender.ops.clipmatrix, button)()
    blender.context.object.parent.clipmatrix_wardrobe.active = 1
    blender.ops.clipmatrix.take_apply()
    assert _height(blender, column) == pytest.approx(worn + 2)


def test_a_result_is_seen_where_the_take_before_was_muted(blender, column, connected, peer):
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    column.data.shape_keys.key_blocks["ClipMatrix offsets"].mute = True
    bare = _height(blender, column)
    generate(blender, connected, peer)
    finish(connected, peer)
    assert _height(blender, column) == pytest.approx(bare + 0.5)
    blender.ops.clipmatrix.discard()
    assert column.data.shape_keys.key_blocks["ClipMatrix offsets"].mute


def test_a_key_renamed_before_the_first_update_does_not_stop_the_job(blender, column, connected, peer):
    column.shape_key_add(name="Basis")
    key = column.shape_key_add(name="wide")
    blender.ops.clipmatrix.generate()
    hear_job(connected, peer)
    key.name = "fat"
    finish(connected, peer)
    pump(connected, peer, lambda: connected.job.draft is not None)


def test_a_result_whose_key_is_renamed_while_it_grows_is_worn_once_and_taken_off_whole(
    blender, column, connected, peer
):
    bare = _height(blender, column)
    generate(blender, connected, peer)
    column.data.shape_keys.key_blocks["ClipMatrix offsets"].name = "orc"
    finish(connected, peer)
    assert _height(blender, column) == pytest.approx(bare + 0.5)
    blender.ops.clipmatrix.discard()
    assert column.data.shape_keys is None


@pytest.fixture
def wide(column):
    """A slider of the column, at 0."""
    column.shape_key_add(name="Basis")
    key = column.shape_key_add(name="wide")
    key.value = 0  # 1 in Blender 5.0
    return key


def _finish_wide(session, peer):
    peer.say(Done(job(peer), state(peer, 0.5, wide=0.75), SUMMARY))
    pump(session, peer, lambda: session.job.ended and not session.is_writing)


def test_a_slider_renamed_while_the_job_runs_is_moved_and_put_back(blender, column, wide, connected, peer):
    generate(blender, connected, peer)
    wide.name = "fat"
    _finish_wide(connected, peer)
    slider = column.data.shape_keys.key_blocks["fat"]
    assert slider.value == 0.75
    blender.ops.clipmatrix.discard()
    assert column.data.shape_keys.key_blocks["fat"].value == 0


def test_a_slider_renamed_while_the_result_waits_is_put_back_by_as_it_came(blender, column, wide, connected, peer):
    generate(blender, connected, peer)
    _finish_wide(connected, peer)
    column.data.shape_keys.key_blocks["wide"].name = "fat"
    blender.ops.clipmatrix.accept()
    slider = column.data.shape_keys.key_blocks["fat"]
    assert slider.value == 0.75
    blender.ops.clipmatrix.take_compare()
    assert column.data.shape_keys.key_blocks["fat"].value == 0


def test_a_new_slider_is_none_that_was_deleted(blender, column, wide, connected, peer):
    generate(blender, connected, peer)
    column.shape_key_remove(column.data.shape_keys.key_blocks["wide"])
    column.shape_key_add(name="smile", from_mix=False).value = 0.25
    _finish_wide(connected, peer)
    assert column.data.shape_keys.key_blocks["smile"].value == 0.25
    blender.ops.clipmatrix.discard()
    assert column.data.shape_keys.key_blocks["smile"].value == 0.25


def test_discard_leaves_sliders_alone_that_the_job_was_not_to_move(blender, column, wide, connected, peer):
    blender.context.scene.clipmatrix.vary_shape = 0
    generate(blender, connected, peer)
    finish(connected, peer)
    column.data.shape_keys.key_blocks["wide"].value = 0.75
    blender.ops.clipmatrix.discard()
    assert column.data.shape_keys.key_blocks["wide"].value == 0.75
