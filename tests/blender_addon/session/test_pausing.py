"""Pause, Resume, Stop and Continue as the artist presses them."""

import time

import numpy as np
import pytest
from clipmatrix_protocol import (
    Accepted,
    Attach,
    Cancel,
    Done,
    Failed,
    Pause,
    Paused,
    Progress,
    Resume,
    Resumed,
    Submit,
    Update,
)

from ..fingerprint import differences, fingerprint
from .peer import GLOSSY, SUMMARY, be_forgotten, finish, generate, hear_job, job, pump, shown, state


@pytest.fixture
def paused(blender, running, peer, phase):
    assert blender.ops.clipmatrix.pause() == {"FINISHED"}
    pump(running, peer, lambda: peer.last(Pause))
    peer.say(Paused(job(peer)))
    pump(running, peer, lambda: running.state is phase.PAUSED)
    return running


def test_a_job_is_paused_once_the_backend_says_so_and_goes_on_once_it_says_so(blender, paused, peer, phase):
    assert not blender.ops.clipmatrix.pause.poll()
    assert blender.ops.clipmatrix.resume() == {"FINISHED"}
    assert paused.state is phase.PAUSED
    pump(paused, peer, lambda: peer.last(Resume))
    peer.say(Resumed(job(peer)))
    pump(paused, peer, lambda: paused.state is phase.RUNNING)
    assert not blender.ops.clipmatrix.resume.poll()


def test_the_last_step_before_a_pause_still_arrives(blender, paused, peer, phase):
    peer.say(Progress(job(peer), 2, 5, 2.0, 2.0, 0.25), Update(job(peer), 2, state(peer, 0.2)))
    pump(paused, peer, lambda: shown(blender) == 0.2)
    assert paused.state is phase.PAUSED
    assert paused.progress.step == 2


def test_a_paused_job_can_be_stopped_and_delivers(blender, paused, peer, phase):
    assert blender.ops.clipmatrix.stop() == {"FINISHED"}
    pump(paused, peer, lambda: peer.last(Cancel))
    assert paused.state is phase.STOPPING
    finish(paused, peer)
    assert paused.state is phase.FINISHED


def test_a_job_can_be_paused_while_it_waits_for_its_turn(blender, scenes, connected, peer, phase):
    scenes.character()
    blender.ops.clipmatrix.generate()
    pump(connected, peer, lambda: peer.last(Submit))
    peer.say(Accepted(job(peer), 1))
    blender.ops.clipmatrix.pause()
    peer.say(Paused(job(peer)))
    pump(connected, peer, lambda: connected.state is phase.PAUSED)
    peer.say(Resumed(job(peer)))
    pump(connected, peer, lambda: connected.state is phase.SUBMITTED)


def test_a_job_that_was_paused_when_the_backend_was_lost_is_paused_when_it_is_back(paused, peer, phase):
    be_forgotten(paused, peer)
    pump(paused, peer, lambda: peer.last(Attach))
    assert paused.state is phase.PAUSED


# -- continue -------------------------------------------------------------------------------------------------------


@pytest.fixture
def finished(blender, scenes, connected, peer):
    """A result that waits, and what the file was before it."""
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    wide = thing.shape_key_add(name="wide", from_mix=False)
    wide.data[0].co.x += 0.1
    wide.value = 0.25
    before = fingerprint(blender)
    generate(blender, connected, peer)
    peer.say(Done(job(peer), state(peer, 0.5, wide=0.75), SUMMARY))
    pump(connected, peer, lambda: connected.job.ended and not connected.is_writing)
    return connected, before


def test_continue_sends_the_result_as_the_start_and_the_settings_of_now(blender, finished, peer):
    session, _ = finished
    first = peer.last(Submit)
    blender.data.objects["Rig"].pose.bones["bone1"].rotation_mode = "XYZ"
    blender.data.objects["Rig"].pose.bones["bone1"].rotation_euler.x = 0.5
    blender.context.scene.clipmatrix.seed = 7
    blender.context.scene.clipmatrix.poses = "CURRENT"
    assert not blender.ops.clipmatrix.generate.poll()
    assert blender.ops.clipmatrix.carry_on() == {"FINISHED"}
    hear_job(session, peer)
    second = peer.last(Submit)
    assert second.job != first.job
    assert second.brief.settings.seed == 7
    np.testing.assert_allclose(second.character.start_offsets[0], 0.5, atol=1e-6)
    assert (second.character.start_textures[0] == 200).all()
    assert second.character.shapes[0].value == 0.75
    assert second.character.start_look == GLOSSY
    assert np.abs(second.character.poses[-1] - first.character.poses[-1]).max() > 0.1


def test_discarding_what_was_continued_discards_both(blender, finished, peer):
    session, before = finished
    blender.ops.clipmatrix.carry_on()
    hear_job(session, peer)
    peer.say(Update(job(peer), 1, state(peer, 0.6, wide=0.9)))
    pump(session, peer, lambda: shown(blender) == 0.6 and not session.is_writing)
    finish(session, peer)
    blender.ops.clipmatrix.discard()
    assert differences(before, fingerprint(blender)) == []


def test_a_job_that_continues_and_fails_at_once_leaves_the_result_it_began_with(blender, finished, peer, phase):
    session, before = finished
    blender.ops.clipmatrix.carry_on()
    hear_job(session, peer)
    peer.say(Failed("out_of_memory", "The GPU is full.", "Use a smaller texture.", job(peer)))
    pump(session, peer, lambda: session.state is phase.FAILED)
    assert session.summary == SUMMARY
    assert shown(blender) == 0.5
    blender.ops.clipmatrix.discard()
    assert differences(before, fingerprint(blender)) == []


def test_a_job_that_continues_may_touch_what_the_first_left_alone(blender, finished, peer):
    """The first job left the texture alone in this one; the draft then has to learn what the materials were."""
    session, _ = finished
    blender.ops.clipmatrix.discard()
    settings = blender.context.scene.clipmatrix
    settings.vary_texture = settings.vary_material = 0
    bare = fingerprint(blender)
    generate(blender, session, peer)
    finish(session, peer)
    assert not blender.data.objects["Column"].material_slots
    settings.vary_texture = 1
    blender.ops.clipmatrix.carry_on()
    hear_job(session, peer)
    finish(session, peer)
    assert blender.data.objects["Column"].material_slots
    blender.ops.clipmatrix.discard()
    settings.vary_texture = 0
    assert differences(bare, fingerprint(blender)) == []


def test_pose_and_regenerate_continues_from_the_take_that_was_accepted(blender, finished, peer):
    session, _ = finished
    blender.ops.clipmatrix.accept()
    first = peer.last(Submit)
    rig = blender.data.objects["Rig"]
    rig.pose.bones["bone1"].rotation_mode = "XYZ"
    rig.pose.bones["bone1"].rotation_euler.x = 0.5
    blender.context.scene.clipmatrix.poses = "CURRENT"
    assert blender.ops.clipmatrix.generate() == {"FINISHED"}
    hear_job(session, peer)
    second = peer.last(Submit).character
    np.testing.assert_allclose(second.start_offsets[0], 0.5, atol=1e-6)
    assert (second.start_textures[0] == 200).all()
    assert second.shapes[0].value == 0.75
    assert (second.start_look.roughness, second.start_look.metallic) == pytest.approx((0.125, 0.5))
    assert (second.start_look.ambient, second.start_look.suns) == (GLOSSY.ambient, GLOSSY.suns)
    assert np.abs(second.poses[-1] - first.character.poses[-1]).max() > 0.1
    finish(session, peer)
    blender.ops.clipmatrix.discard()
    assert shown(blender) == 0.5


def test_continue_says_why_it_can_not(blender, session, finished, peer, phase):
    blender.ops.clipmatrix.carry_on()
    assert not blender.ops.clipmatrix.carry_on.poll()
    hear_job(session, peer)
    finish(session, peer)
    blender.data.objects.remove(blender.data.objects["Column"])
    with pytest.raises(RuntimeError, match=r"Error: \w.*\."):
        blender.ops.clipmatrix.carry_on()
    assert session.error is not None


def test_a_result_accepted_while_the_backend_is_lost_ends_its_job_there(blender, running, peer, phase):
    submitted = job(peer)
    peer.heard.clear()
    running.tick()
    peer.say(Failed("not_welcomed", "Who are you?", "Say hello first."))
    for _ in range(500):  # without the peer, whose Pong would bring the session back in the same tick
        running.tick()
        if running.state is phase.LOST:
            break
        time.sleep(0.01)
    assert running.state is phase.LOST
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    peer.welcome()
    pump(running, peer, lambda: peer.last(Cancel))
    assert peer.last(Cancel).job == submitted
    assert running.state is phase.IDLE
