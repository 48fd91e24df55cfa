"""What an artist does while a job streams: editing, undo, save, load, delete."""

import pytest
from clipmatrix_protocol import Cancel, Done, Update

from .peer import SUMMARY, generate, job, pump, shown, state


def test_updates_wait_while_the_artist_is_in_edit_mode(blender, running, peer):
    blender.ops.object.mode_set(mode="EDIT")
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(running, peer, lambda: running.paused == "Column is in edit mode")
    blender.ops.object.mode_set(mode="OBJECT")
    pump(running, peer, lambda: shown(blender) == 0.2)
    assert running.paused == ""


def test_an_undo_while_the_job_runs_takes_the_draft_away_for_one_tick_only(blender, scenes, connected, peer, phase):
    scenes.character()
    blender.ops.ed.undo_push(message="before")
    generate(blender, connected, peer)
    blender.ops.ed.undo_push(message="something the artist did")
    blender.ops.ed.undo()
    assert shown(blender) is None
    pump(connected, peer, lambda: shown(blender) == 0.1)
    assert blender.data.objects["Column"].material_slots[0].material.name.startswith("ClipMatrix")
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(connected, peer, lambda: shown(blender) == 0.5)
    blender.ops.clipmatrix.discard()
    assert shown(blender) is None
    assert not blender.data.objects["Column"].material_slots


def test_one_undo_step_takes_an_accepted_take_back(blender, scenes, connected, peer, phase):
    scenes.character()
    blender.ops.ed.undo_push(message="before")
    generate(blender, connected, peer)
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(connected, peer, lambda: connected.state is phase.FINISHED)
    blender.ops.clipmatrix.accept("EXEC_DEFAULT", True)  # True: with its undo step, as a click has it
    blender.ops.ed.undo()
    connected.tick()
    assert shown(blender) is None
    assert not blender.context.scene.clipmatrix_takes
    blender.ops.ed.redo()
    connected.tick()
    assert shown(blender) == 0.5
    assert len(blender.context.scene.clipmatrix_takes) == 1


def test_a_file_saved_while_the_job_runs_holds_the_result_so_far(blender, running, tmp_path):
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "meanwhile.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "meanwhile.blend"))
    assert shown(blender) == 0.1
    (image,) = (image for image in blender.data.images if image.name.startswith("ClipMatrix"))
    assert image.packed_file
    assert image.pixels[0] == pytest.approx(200 / 255)


def test_a_file_loaded_while_the_job_runs_ends_it(blender, running, peer, phase):
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    pump(running, peer, lambda: running.state is phase.FAILED)
    assert "no longer in the file" in running.error.message
    pump(running, peer, lambda: peer.last(Cancel))


def test_a_character_deleted_while_the_job_runs_stops_it(blender, running, peer, phase):
    blender.data.objects.remove(blender.data.objects["Column"])
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(running, peer, lambda: peer.last(Cancel))
    assert running.state is phase.FAILED
    assert "no longer in the file" in running.error.message
    assert running.result is None
