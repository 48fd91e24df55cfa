"""The session against a real ROUTER socket whose answers the test writes."""

import time

import numpy as np
import pytest
import zmq
from clipmatrix_protocol import (
    PROTOCOL_VERSION,
    Accepted,
    Attach,
    BodyRequest,
    Cancel,
    Done,
    Failed,
    Hello,
    Look,
    Ping,
    Pong,
    Progress,
    State,
    Submit,
    Summary,
    Update,
    Validity,
    Welcome,
    decode,
    encode,
)

SUMMARY = Summary(5, 1.0, False, 0.1, 0.3, Validity(1, 0, 0, 1.1), 100.0, "cpu", {"clipmatrix": "0.1.0"})


class Peer:
    """A backend of which every word is the test's."""

    def __init__(self, context: zmq.Context, port: int = 0) -> None:
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(f"tcp://127.0.0.1:{port or '*'}")
        self.address = self.socket.last_endpoint.decode()
        self.client = b""
        self.heard: list = []

    def listen(self) -> None:
        """Take in what has come; answer pings at once, as a backend does."""
        while self.socket.poll(0):
            self.client, *frames = self.socket.recv_multipart()
            message = decode(frames)
            if isinstance(message, Ping):
                self.say(Pong(message.stamp))
            else:
                self.heard.append(message)

    def say(self, *messages) -> None:
        """Send to whoever spoke last."""
        for message in messages:
            self.socket.send_multipart([self.client, *encode(message)])

    def welcome(self, version: int = PROTOCOL_VERSION) -> None:
        """Let the client in."""
        self.say(Welcome(version, "test backend", "cpu", ("embedded",), ("figure",)))

    def last(self, kind):
        """The newest message of a kind, or None."""
        return next((message for message in reversed(self.heard) if isinstance(message, kind)), None)

    def close(self) -> None:
        """Go away like a killed process."""
        self.socket.close()


@pytest.fixture
def peer():
    context = zmq.Context()
    peer = Peer(context)
    yield peer
    peer.close()
    context.destroy(linger=0)


@pytest.fixture
def session(blender, rooms):
    current = rooms("job.session").current()
    current.patience = rooms("job.phases").Patience(welcome=1.0, ping=0.05, silence=0.6)
    return current


def pump(session, peer, until, seconds=5.0):
    """Tick, and let the peer listen, until something is so."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, f"still {session.state}, {session.error}"
        peer.listen()
        session.tick()
        time.sleep(0.005)


def connect(session, peer, phase):
    session.connect(peer.address, "secret")
    pump(session, peer, lambda: peer.last(Hello))
    peer.welcome()
    pump(session, peer, lambda: session.state is phase.IDLE)


@pytest.fixture
def phase(rooms):
    return rooms("job.phases").Phase


@pytest.fixture
def connected(session, peer, phase):
    connect(session, peer, phase)
    return session


@pytest.fixture
def running(blender, scenes, connected, peer, phase):
    """A job on a skinned column, accepted by the peer, one update on its way."""
    scenes.character()
    generate(blender, connected, peer)
    assert connected.state is phase.RUNNING
    return connected


def generate(blender, session, peer):
    """Press Generate, and have the peer accept the job and send one update, which lands in the scene."""
    assert blender.ops.clipmatrix.generate() == {"FINISHED"}
    pump(session, peer, lambda: peer.last(Submit))
    peer.say(Accepted(job(peer), 0, ("a remark",)), Progress(job(peer), 1, 5, 2.0, 2.0, 0.2))
    peer.say(Update(job(peer), 1, state(peer, 0.1)))
    pump(session, peer, lambda: session.job is not None and session.job.draft is not None)


def job(peer):
    return peer.last(Submit).job


def state(peer, amount):
    parts = peer.last(Submit).character.parts
    return State(
        coefficients=np.zeros(0, np.float32),
        offsets=tuple(np.full(part.vertices.shape, amount, np.float32) for part in parts),
        textures=tuple(np.full((64, 64, 3), 200, np.uint8) for _ in parts),
        look=Look(),
    )


def shown(blender):
    """How far the column's first vertex has moved in x, or None without a draft."""
    mesh = blender.data.objects["Column"].data
    key = mesh.shape_keys and mesh.shape_keys.key_blocks.get("ClipMatrix offsets")
    return key and pytest.approx(key.data[0].co.x - mesh.vertices[0].co.x, abs=1e-6)


def test_a_backend_that_answers_is_connected(connected, peer):
    assert connected.error is None
    assert connected.welcome.device == "cpu"
    hello = peer.last(Hello)
    assert (hello.version, hello.secret) == (PROTOCOL_VERSION, "secret")


def test_nobody_there_is_said_with_the_button_to_try_again(session, peer, phase):
    peer.close()
    session.connect(peer.address, "")
    end = time.monotonic() + 5
    while session.state is phase.CONNECTING and time.monotonic() < end:
        session.tick()
        time.sleep(0.01)
    assert session.state is phase.OFFLINE
    assert "No backend answers at tcp://127.0.0.1" in session.error.message
    assert session.error.operator == "clipmatrix.connect"


def test_a_wrong_version_says_which_side_to_update(session, peer, phase):
    session.connect(peer.address, "secret")
    pump(session, peer, lambda: peer.last(Hello))
    peer.welcome(PROTOCOL_VERSION + 1)
    pump(session, peer, lambda: session.state is phase.REFUSED)
    assert "update the ClipMatrix extension" in session.error.message


@pytest.mark.parametrize("code", ["version", "secret", "bad_message"])
def test_being_turned_away_is_shown_in_the_backends_words(session, peer, phase, code):
    session.connect(peer.address, "wrong")
    pump(session, peer, lambda: peer.last(Hello))
    peer.say(Failed(code, "Not like this.", "Do it like that."))
    pump(session, peer, lambda: session.state is phase.REFUSED)
    assert (session.error.message, session.error.remedy) == ("Not like this.", "Do it like that.")


def test_something_else_on_the_port_is_said_in_words(session, peer, phase):
    session.connect(peer.address, "secret")
    pump(session, peer, lambda: peer.last(Hello))
    peer.socket.send_multipart([peer.client, b"220 smtp.example.org ready"])
    pump(session, peer, lambda: session.state is phase.REFUSED)
    assert "does not speak" in session.error.message


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost", "tcp://localhost:7661"),
        ("127.0.0.1:99", "tcp://127.0.0.1:99"),
        ("http://127.0.0.1:99/", "tcp://127.0.0.1:99"),
        (" tcp://[::1]:99 ", "tcp://[::1]:99"),
    ],
)
def test_addresses_may_be_written_in_many_ways(blender, rooms, text, address):
    assert rooms("link.address").normalise(text) == address
    assert rooms("link.address").is_loopback(address)


@pytest.mark.parametrize("text", ["", "two words", "127.0.0.1:0", "127.0.0.1:99999", "tcp://"])
def test_what_is_no_address_is_refused(session, rooms, text):
    with pytest.raises(rooms("errors").Refusal, match="no address"):
        session.connect(text, "")


def test_another_machine_needs_the_online_permission(blender, session, rooms):
    blender.context.preferences.system.use_online_access = False
    with pytest.raises(rooms("errors").Refusal, match="stay offline"):
        session.connect("192.0.2.1:7661", "")


def test_a_job_streams_into_the_scene_and_the_newest_state_wins(blender, running, peer, phase):
    assert running.warnings == ("a remark",)
    assert running.progress.steps == 5
    assert shown(blender) == 0.1
    peer.say(*(Update(job(peer), step, state(peer, step / 10)) for step in (2, 3, 4)))
    pump(running, peer, lambda: shown(blender) == 0.4)
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(running, peer, lambda: running.state is phase.FINISHED)
    assert shown(blender) == 0.5
    assert running.summary == SUMMARY


def test_accepting_closes_the_job_and_records_the_take(blender, running, peer, phase):
    assert not blender.ops.clipmatrix.accept.poll()
    peer.say(Done(job(peer), state(peer, 0.5), SUMMARY))
    pump(running, peer, lambda: running.state is phase.FINISHED)
    assert not blender.ops.clipmatrix.generate.poll()
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert running.state is phase.IDLE
    assert shown(blender) == 0.5
    (take,) = blender.context.scene.clipmatrix_takes
    assert (take.name, take.prompt, take.similarity) == ("Rig", "a red figure", pytest.approx(0.3))
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


def test_a_silent_backend_is_lost_and_the_job_is_picked_up_again(blender, running, peer, phase):
    end = time.monotonic() + 5
    while running.state is not phase.LOST:  # nobody answers the pings
        assert time.monotonic() < end
        running.tick()
        time.sleep(0.01)
    assert "silent" in running.error.message
    assert "job goes on" in running.error.remedy
    peer.heard.clear()
    pump(running, peer, lambda: running.state is phase.RUNNING)  # late pongs are a sign of life
    assert running.error is None


def test_a_backend_that_was_cut_off_is_asked_for_the_job_again(blender, running, peer, phase):
    context, port, submit = peer.socket.context, int(peer.address.rpartition(":")[2]), peer.last(Submit)
    peer.close()
    end = time.monotonic() + 5
    while running.state is not phase.LOST:
        assert time.monotonic() < end
        running.tick()
        time.sleep(0.01)
    again = Peer(context, port)
    try:
        pump(running, again, lambda: again.last(Hello))
        again.welcome()
        pump(running, again, lambda: again.last(Attach))
        assert again.last(Attach).job == submit.job
        again.heard.append(submit)
        again.say(Accepted(submit.job), Done(submit.job, state(again, 0.7), SUMMARY))
        pump(running, again, lambda: running.state is phase.FINISHED)
        assert shown(blender) == 0.7
    finally:
        again.close()


def test_a_backend_that_has_forgotten_us_is_greeted_anew(running, peer, phase):
    peer.heard.clear()
    peer.say(Failed("not_welcomed", "Who are you?", "Say hello first."))
    pump(running, peer, lambda: peer.last(Hello))
    peer.welcome()
    pump(running, peer, lambda: peer.last(Attach))
    peer.say(Failed("unknown_job", "No such job.", "Generate again.", peer.last(Attach).job))
    pump(running, peer, lambda: running.state is phase.FAILED)
    assert running.result is not None


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


def test_the_report_has_versions_and_the_error_but_no_secret(rooms, connected):
    connected.error = rooms("errors").Refusal("Something broke.", "Mend it.")
    text = rooms("job.report").text(connected)
    assert "Blender 4.5" in text
    assert "Something broke. Mend it." in text
    assert "test backend on cpu" in text
    assert "secret" not in text
