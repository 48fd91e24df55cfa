"""Going on from a result whose character is no longer whole."""

import pytest
from clipmatrix_protocol import Done, Failed, Update
from msgspec.structs import replace

from .peer import SUMMARY, finish, generate, hear_job, job, pump, shown, state


@pytest.mark.parametrize("gone", [["Hat"], ["Column", "Hat"]])
def test_what_has_been_deleted_is_named(blender, scenes, connected, peer, gone):
    column, rig = scenes.character()
    scenes.cube("Hat", size=0.1).parent = rig
    scenes.select(column)
    generate(blender, connected, peer)
    finish(connected, peer)
    for name in gone:
        blender.data.objects.remove(blender.data.objects[name])
    with pytest.raises(RuntimeError, match=f"{gone[0]} is no longer in the file. Undo, or generate anew without it"):
        blender.ops.clipmatrix.carry_on()
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}


@pytest.fixture
def going_on(blender, running, peer):
    """A session whose first job has painted, and whose second one, as a backend does, sends no textures."""
    finish(running, peer)
    blender.ops.ed.undo_push(message="the first job has ended")
    blender.context.scene.clipmatrix.vary_texture = 0.0
    blender.ops.clipmatrix.carry_on()
    hear_job(running, peer)
    peer.say(Done(job(peer), replace(state(peer, 0.6), textures=()), SUMMARY))
    pump(running, peer, lambda: running.job.ended and not running.is_writing)
    return running


def test_a_result_that_comes_back_since_its_continuation_failed_belongs_to_the_file_that_was_saved_meanwhile(
    blender, running, peer, tmp_path
):
    finish(running, peer)
    blender.ops.clipmatrix.carry_on()
    hear_job(running, peer)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "column.blend"))
    peer.say(Failed("internal", "It stumbled.", "Try again.", job(peer)))
    pump(running, peer, lambda: running.error)
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert shown(blender) == 0.5


def worn(blender):
    """The column's base colour, of 255."""
    image = next(image for image in blender.data.images if image.name.startswith("ClipMatrix"))
    return round(image.pixels[0] * 255)


def test_what_the_first_of_two_jobs_painted_stays_where_the_second_paints_nothing(blender, going_on, peer):
    for _ in range(2):
        blender.ops.clipmatrix.result_compare()
        pump(going_on, peer, lambda: not going_on.is_writing)
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert worn(blender) == 200


def test_it_stays_over_undo_and_redo_too(blender, going_on, peer):
    blender.ops.ed.undo_push(message="the second job has ended")
    blender.ops.ed.undo()
    pump(going_on, peer, lambda: not going_on.is_writing)
    blender.ops.ed.redo()
    pump(going_on, peer, lambda: not going_on.is_writing)
    assert worn(blender) == 200
    assert shown(blender) == 0.6


def test_undone_steps_do_not_make_the_artists_materials_out_of_what_only_the_second_job_painted(
    blender, scenes, connected, peer
):
    """Continuing is no step, so what an undo brings back says nothing of what the second job is going to touch."""
    thing, _ = scenes.character()
    thing.data.materials.append(blender.data.materials.new("skin"))
    settings = blender.context.scene.clipmatrix
    settings.vary_texture = settings.vary_material = 0.0
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.ed.undo_push(message="the first job has ended")
    blender.context.scene.clipmatrix.vary_texture = 1.0
    blender.ops.clipmatrix.carry_on()
    hear_job(connected, peer)
    peer.say(Update(job(peer), 1, state(peer, 0.3)))
    pump(connected, peer, lambda: shown(blender) == 0.3 and not connected.is_writing)
    for _ in range(2):
        blender.ops.ed.undo_push(message="something else")
        blender.ops.ed.undo()
        pump(connected, peer, lambda: shown(blender) == 0.3 and not connected.is_writing)
        blender.ops.ed.undo_push(message="seen")
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert [slot.material.name for slot in blender.data.objects["Column"].material_slots] == ["skin"]
