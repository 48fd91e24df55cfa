"""A job from Generate to Accept or Discard."""

import numpy as np
import pytest
from clipmatrix_protocol import BodyRequest, Cancel, Done, Failed, Progress, Submit, Update
from msgspec.structs import replace

from .peer import SUMMARY, be_forgotten, connect, job, pump, shown, state


def test_a_job_streams_into_the_scene_and_the_newest_state_wins(blender, running, peer, phase):
    assert running.warnings == ("a remark",)
    assert running.progress.steps == 5
    assert shown(blender) == 0.1
    peer.say(*(Update(job(peer), step, state(peer, step / 10)) for step in (2, 3, 4)))
    pump(running, peer, lambda: shown(blender) == 0.4)
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(running, peer, lambda: running.state is phase.FINISHED and not running.is_writing)
    assert shown(blender) == 0.5
    assert running.summary == SUMMARY


def test_the_curve_begins_with_the_first_step(running, peer):
    first = running.job.course.points[0]
    running.job.course.points.clear()
    peer.say(Progress(job(peer), 0, 5, 0.0, 3.0, 0.0), Progress(job(peer), 2, 5, 1.0, 3.0, 0.25))
    pump(running, peer, lambda: running.progress.step == 2)
    assert first[0] > 0
    assert running.job.course.points == [(2, 0.25)]


def test_accepting_closes_the_job_and_records_the_take(blender, running, peer, phase):
    assert not blender.ops.clipmatrix.accept.poll()
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(running, peer, lambda: running.state is phase.FINISHED)
    assert not blender.ops.clipmatrix.generate.poll()
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert running.state is phase.IDLE
    assert shown(blender) == 0.5
    _original, take = blender.data.objects["Rig"].clipmatrix_wardrobe.takes
    assert (take.name, take.prompt, take.similarity) == ("a red figure", "a red figure", pytest.approx(0.3))
    assert blender.ops.clipmatrix.generate.poll()


def test_stopping_asks_the_backend_and_discarding_restores(blender, running, peer, phase):
    assert blender.ops.clipmatrix.stop() == {"FINISHED"}
    pump(running, peer, lambda: peer.last(Cancel))
    assert running.state is phase.STOPPING
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(running, peer, lambda: running.state is phase.FINISHED)
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}
    assert shown(blender) is None
    assert (running.state, running.result) == (phase.IDLE, None)


def test_a_job_that_was_asked_to_stop_as_the_connection_broke_is_asked_again(running, peer, phase):
    running.cancel()
    pump(running, peer, lambda: peer.last(Cancel))
    be_forgotten(running, peer)
    pump(running, peer, lambda: peer.last(Cancel))
    assert running.state is phase.STOPPING


def test_a_job_cancelled_before_it_began_leaves_no_error(blender, scenes, connected, peer, phase):
    scenes.character()
    blender.ops.clipmatrix.generate()
    pump(connected, peer, lambda: peer.last(Submit))
    blender.ops.clipmatrix.stop()
    peer.say(Failed("cancelled", "The job was cancelled.", "", job(peer)))
    pump(connected, peer, lambda: connected.state is phase.IDLE)
    assert connected.error is None


def test_a_failed_job_keeps_what_it_had_reached_until_the_artist_decides(blender, running, peer, phase):
    peer.say(Failed("out_of_memory", "The GPU is full.", "Use a smaller texture.", job(peer)))
    pump(running, peer, lambda: running.state is phase.FAILED)
    assert str(running.error) == "The GPU is full. Use a smaller texture."
    assert shown(blender) == 0.1
    blender.ops.clipmatrix.discard()
    assert shown(blender) is None
    assert running.state is phase.IDLE


def test_a_body_that_cannot_be_had_is_an_error_in_words(connected, peer, phase):
    connected.request_body("giant", lambda body: None)
    pump(connected, peer, lambda: peer.last(BodyRequest))
    assert connected.state is phase.FETCHING
    peer.say(Failed("unknown_body", "There is no body “giant”.", "Ask for “figure”."))
    pump(connected, peer, lambda: connected.state is phase.FAILED)
    assert "giant" in connected.error.message


def test_every_refusal_to_generate_says_why(blender, scenes, session, peer, phase, rooms):
    why_not = rooms("interface.operators.job").CLIPMATRIX_OT_generate.why_not
    assert why_not(blender.context) == "Connect to a backend first (not connected)"
    connect(session, peer, phase)
    assert why_not(blender.context) == "No character is selected. Select a mesh or an armature."
    scenes.character()
    assert why_not(blender.context) == ""
    blender.context.scene.clipmatrix.prompt = "  "
    assert why_not(blender.context) == "Write a prompt first"
    blender.context.scene.clipmatrix.prompt = "a horse"
    blender.ops.clipmatrix.generate()
    assert why_not(blender.context) == "ClipMatrix is waiting for its turn"


def test_a_snapshot_that_is_refused_shows_in_the_panel_with_its_fix(blender, scenes, connected):
    thing = scenes.mesh("Bare", [(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)], uvs="")
    scenes.select(thing)
    with pytest.raises(RuntimeError, match="Bare has no UVs"):
        blender.ops.clipmatrix.generate()
    assert connected.error.operator == "clipmatrix.unwrap"


def test_a_large_texture_is_shown_smaller_while_it_grows_and_whole_in_the_end(blender, running, peer):
    """Blender takes an image in one go: 2048 pixels a side would take longer than a frame."""
    rng = np.random.default_rng(0)
    large = rng.integers(0, 256, (2048, 2048, 3), np.uint8)
    grown = replace(state(peer, 0.2), textures=(large,))
    peer.say(Update(job(peer), 2, grown))
    image = next(image for image in blender.data.images if image.name.startswith("ClipMatrix"))
    pump(running, peer, lambda: tuple(image.size) == (1024, 1024) and not running.is_writing)
    peer.say(Done(job(peer), grown, SUMMARY))
    pump(running, peer, lambda: tuple(image.size) == (2048, 2048) and not running.is_writing)
    pixels = np.empty(2048 * 2048 * 4, np.float32)
    image.pixels.foreach_get(pixels)
    np.testing.assert_array_equal(np.rint(pixels.reshape(2048, 2048, 4)[:, :, :3] * 255), large)
