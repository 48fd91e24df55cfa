"""Getting to a backend, being turned away, losing it and finding it again."""

import socket
import time

import pytest
from clipmatrix_protocol import PROTOCOL_VERSION, Accepted, Attach, Done, Failed, Hello, Submit

from .peer import SUMMARY, Peer, be_forgotten, pump, shown, state


def test_a_backend_that_answers_is_connected(connected, peer):
    assert connected.error is None
    assert connected.welcome.device == "cpu"
    hello = peer.last(Hello)
    assert (hello.version, hello.secret) == (PROTOCOL_VERSION, "secret")


def test_nobody_there_is_said_with_the_button_to_try_again(session, phase):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    session.connect(f"127.0.0.1:{port}", "")
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


def test_a_silent_backend_is_lost_and_the_job_is_picked_up_again(blender, running, peer, phase):
    end = time.monotonic() + 5
    while running.state is not phase.LOST:  # nobody answers the pings
        assert time.monotonic() < end
        running.tick()
        time.sleep(0.01)
    assert "silent" in running.error.message
    assert "so does the job" in running.error.remedy
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
        pump(running, again, lambda: running.state is phase.FINISHED and not running.is_writing)
        assert shown(blender) == 0.7
    finally:
        again.close()


def test_a_backend_that_has_forgotten_us_is_greeted_anew(running, peer, phase):
    be_forgotten(running, peer)
    pump(running, peer, lambda: peer.last(Attach))
    peer.say(Failed("unknown_job", "No such job.", "Generate again.", peer.last(Attach).job))
    pump(running, peer, lambda: running.state is phase.FAILED)
    assert running.result is not None
