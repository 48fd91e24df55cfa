"""Saving, closing and opening files while a job runs or its result waits."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from clipmatrix_protocol import Accepted, Attach, Cancel, Failed, Hello, Pong, Update

from ..fingerprint import differences, fingerprint
from .peer import Peer, finish, generate, hear_job, job, pump, shown, state

OPENS = Path(__file__).with_name("opens.py")
"""A script that opens a file in a Blender of its own."""


@pytest.fixture
def saved(blender, scenes, connected, peer, tmp_path):
    """Where a file was saved, with its fingerprint, before the job that runs now on its character."""
    scenes.character()
    path = str(tmp_path / "column.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    scenes.select(blender.data.objects["Column"])
    blender.ops.wm.save_as_mainfile(filepath=path)
    before = fingerprint(blender)
    generate(blender, connected, peer)
    return path, before


def changes(before, blender):
    """What is not as it was, but for the file's own name."""
    return [line for line in differences(before, fingerprint(blender)) if "filepath" not in line]


def another_blender(verb, path):
    """Accept or discard what a file holds, in a Blender of its own; what that one says."""
    command = [sys.executable, str(OPENS), verb, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "result waits: True" in said.stdout, said.stderr
    return said.stdout


def test_a_file_saved_while_the_job_runs_holds_the_result_so_far(blender, connected, peer, saved, tmp_path):
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "meanwhile.blend"))
    pump(connected, peer, lambda: not connected.waits)
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "meanwhile.blend"))
    assert shown(blender) == 0.1
    (image,) = (image for image in blender.data.images if image.name.startswith("ClipMatrix"))
    assert image.packed_file
    assert image.pixels[0] == pytest.approx(200 / 255)


def test_the_job_goes_on_when_its_file_is_opened_again(blender, connected, peer, saved, tmp_path):
    path, before = saved
    blender.ops.wm.save_mainfile()
    blender.ops.wm.open_mainfile(filepath=path)
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: shown(blender) == 0.2)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert changes(before, blender) == []


def test_a_file_saved_in_the_middle_of_a_write_holds_the_whole_state(
    blender, rooms, running, peer, tmp_path, monkeypatch
):
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "column.blend"))
    monkeypatch.setattr(rooms("job.session"), "WRITE_SECONDS", 0.0)
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(running, peer, lambda: running.job.pending)
    assert shown(blender) == 0.1
    blender.ops.wm.save_mainfile()
    running.disconnect()
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "column.blend"))
    assert shown(blender) == 0.2


def test_the_job_goes_on_when_its_file_is_reverted_to_what_it_was_before(blender, connected, peer, saved):
    path, before = saved
    blender.ops.wm.open_mainfile(filepath=path)
    assert shown(blender) is None
    pump(connected, peer, lambda: shown(blender) == 0.1)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert changes(before, blender) == []


@pytest.mark.parametrize("decision", ["accept", "discard"])
def test_a_revert_under_the_next_job_brings_no_earlier_result_back_for_good(blender, connected, peer, saved, decision):
    """The file was saved while the first result waited, and is opened again when that has long been decided."""
    path, before = saved
    finish(connected, peer)
    blender.ops.wm.save_mainfile()
    getattr(blender.ops.clipmatrix, decision)()
    blender.ops.clipmatrix.generate()
    hear_job(connected, peer)
    blender.ops.wm.open_mainfile(filepath=path)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert changes(before, blender) == []


def test_a_result_that_a_revert_brings_back_on_another_character_waits_for_the_end_of_the_job(
    blender, scenes, connected, peer, saved
):
    """Until then nothing may change under it, as a take that is put on would."""
    path, _ = saved
    scenes.cube("Other")
    finish(connected, peer)
    blender.ops.clipmatrix.accept("EXEC_DEFAULT", True)
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.wm.save_mainfile()
    blender.ops.clipmatrix.discard()
    scenes.select(blender.data.objects["Other"])
    blender.ops.clipmatrix.generate()
    hear_job(connected, peer)
    blender.ops.wm.open_mainfile(filepath=path)
    connected.tick()
    assert connected.result is None
    scenes.select(blender.data.objects["Column"])
    with pytest.raises(RuntimeError, match="Accept or discard the result first"):
        blender.ops.clipmatrix.take_compare()
    peer.say(Failed("internal", "It stumbled.", "Try again.", job(peer)))
    pump(connected, peer, lambda: peer.last(Attach))
    peer.say(Failed("unknown_job", "The backend does not know this job.", "Start it again.", peer.last(Attach).job))
    pump(connected, peer, lambda: connected.result is not None and connected.job.ended)
    blender.ops.clipmatrix.discard()
    assert blender.ops.clipmatrix.take_compare() == {"FINISHED"}
    assert shown(blender) is None


def test_a_result_in_a_file_that_has_just_been_opened_keeps_others_from_being_generated(
    blender, scenes, connected, peer, saved
):
    """Before the first tick, too."""
    path, _ = saved
    finish(connected, peer)
    blender.ops.wm.save_mainfile()
    blender.ops.clipmatrix.discard()
    blender.ops.wm.open_mainfile(filepath=path)
    scenes.select(blender.data.objects["Column"])
    with pytest.raises(RuntimeError, match="Wait for it, or stop it"):
        blender.ops.clipmatrix.generate()
    assert connected.result is not None


def test_the_result_waits_for_its_file_while_another_is_open(blender, connected, peer, saved):
    path, _ = saved
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: connected.waits == "column.blend is not open")
    finish(connected, peer)
    with pytest.raises(RuntimeError, match=r"column\.blend is not open"):
        blender.ops.clipmatrix.accept()
    blender.ops.wm.open_mainfile(filepath=path)
    pump(connected, peer, lambda: shown(blender) == 0.5)
    blender.ops.clipmatrix.accept()
    assert shown(blender) == 0.5


def test_a_character_of_the_same_name_in_another_file_is_not_touched(blender, scenes, connected, peer, saved):
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    scenes.character()
    before = fingerprint(blender)
    finish(connected, peer)
    pump(connected, peer, lambda: connected.waits)
    blender.ops.clipmatrix.discard()
    connected.tick()
    assert differences(before, fingerprint(blender)) == []


def test_a_file_that_was_never_saved_ends_its_job_when_it_is_closed(blender, running, peer, phase):
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    pump(running, peer, lambda: peer.last(Cancel))
    assert running.state is phase.FAILED
    assert "closed without being saved" in running.error.message
    assert running.result is None


@pytest.mark.parametrize("heard", ["a late answer", "a welcome"])
def test_a_job_whose_file_is_closed_while_the_backend_is_silent_is_stopped_when_it_is_back(
    blender, running, peer, phase, heard
):
    while running.state is not phase.LOST:
        running.tick()
        time.sleep(0.01)
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    while peer.socket.poll(0):
        peer.socket.recv_multipart()  # pings that nobody has answered
    if heard == "a late answer":
        peer.say(Pong(0.0))
    else:
        peer.heard = [message for message in peer.heard if not isinstance(message, Hello)]
        pump(running, peer, lambda: peer.last(Hello))
        peer.welcome()
    pump(running, peer, lambda: peer.last(Cancel))


def test_a_file_saved_under_another_name_keeps_its_job(blender, connected, peer, saved, tmp_path):
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "renamed.blend"))
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: shown(blender) == 0.2)


def test_another_blender_can_discard_what_a_file_holds(blender, connected, peer, saved, tmp_path):
    blender.data.objects["Column"].name = "Pillar"
    blender.data.materials.new("aside")  # so that ids differ between the two Blenders
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "meanwhile.blend"))
    said = another_blender("discard", tmp_path / "meanwhile.blend")
    assert "draft left: False" in said


def test_another_blender_can_accept_what_a_file_holds(blender, connected, peer, saved, tmp_path):
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "meanwhile.blend"))
    said = another_blender("accept", tmp_path / "meanwhile.blend")
    assert "draft left: True" in said
    assert "record left: False" in said


@pytest.fixture
def reopened(blender, connected, peer, saved, rooms, tmp_path):
    """A file with an unfinished result, opened in a Blender whose session has no job."""
    path, before = saved
    blender.ops.wm.save_mainfile()
    module = rooms("__init__").__name__.removesuffix(".__init__")
    blender.ops.preferences.addon_disable(module=module)
    blender.ops.wm.open_mainfile(filepath=path)
    blender.ops.preferences.addon_enable(module=module)
    session = rooms("job.session").current()
    session.patience = rooms("job.phases").Patience(welcome=1.0, ping=0.05, silence=0.6)
    session.tick()
    return session, before


def test_an_unfinished_result_in_a_file_waits_without_any_backend(blender, reopened):
    session, before = reopened
    assert session.remarks == ("This file holds a result that was neither accepted nor discarded.",)
    assert session.result.offsets[0] == pytest.approx(0.1, abs=1e-6)
    assert (session.result.textures[0] == 200).all()
    blender.ops.clipmatrix.discard()
    assert changes(before, blender) == []


def test_a_backend_that_still_knows_the_job_goes_on_with_it(blender, reopened, peer, phase, saved):
    session, before = reopened
    submit = next(message for message in peer.heard if hasattr(message, "character"))
    again = Peer(peer.socket.context)
    try:
        session.connect(again.address, "secret")
        pump(session, again, lambda: again.last(Hello))
        again.welcome()
        pump(session, again, lambda: again.last(Attach))
        assert again.last(Attach).job == submit.job
        again.heard.append(submit)
        again.say(Accepted(submit.job), Update(submit.job, 3, state(again, 0.3)))
        pump(session, again, lambda: session.state is phase.RUNNING and shown(blender) == 0.3)
        finish(session, again)
        blender.ops.clipmatrix.discard()
        assert changes(before, blender) == []
    finally:
        again.close()


def test_a_backend_that_has_forgotten_the_job_leaves_the_result_as_the_file_has_it(blender, reopened, peer, phase):
    session, _ = reopened
    submit = next(message for message in peer.heard if hasattr(message, "character"))
    again = Peer(peer.socket.context)
    try:
        session.connect(again.address, "secret")
        pump(session, again, lambda: again.last(Hello))
        again.welcome()
        pump(session, again, lambda: again.last(Attach))
        again.say(Failed("unknown_job", "The backend does not know this job.", "Start it again.", submit.job))
        pump(session, again, lambda: session.state is phase.FINISHED)
        assert session.error is None
        assert shown(blender) == 0.1
        assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    finally:
        again.close()


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "{}",
        '{"process": "elsewhere", "draft": "one", "job": "one", "brief": {}}',
        "[" * 10_000,
    ],
)
def test_what_another_version_has_written_on_an_object_is_left_alone(blender, rooms, scenes, connected, text):
    scenes.character()
    blender.data.objects["Column"].clipmatrix_draft = text
    before = fingerprint(blender)
    rooms("job.events").scene_was_replaced(connected)
    connected.tick()
    assert connected.result is None
    assert connected.error is None
    assert differences(before, fingerprint(blender)) == []


@pytest.mark.parametrize("linked", ["linked", "overridden"])
def test_a_result_that_waits_in_a_library_is_decided_there(blender, connected, peer, saved, tmp_path, linked):
    finish(connected, peer)
    library = str(tmp_path / "library.blend")
    blender.ops.wm.save_as_mainfile(filepath=library, copy=True)
    blender.ops.clipmatrix.discard()
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    with blender.data.libraries.load(library, link=True) as (_, chosen):
        chosen.objects = ["Column", "Rig"]
    for thing in chosen.objects:
        blender.context.scene.collection.objects.link(thing)
    if linked == "overridden":
        blender.data.objects["Column"].override_create(remap_local_usages=True)
    before = fingerprint(blender)
    connected.tick()
    assert connected.result is None
    assert connected.log.trace == ""
    assert differences(before, fingerprint(blender)) == []
