"""A backend that asks for keys: what the pasted line opens, and what is said when it does not."""

import http.server
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import zmq
from clipmatrix.server.keys import KeyFolder
from clipmatrix_protocol import SCHEME, Invitation, write_invitation
from zmq.utils import z85


class Remote:
    """``clipmatrix serve --keys`` on this machine, and the lines that lead to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = KeyFolder(folder)
        self.process: subprocess.Popen[str] | None = None
        self.port = 0

    def invite(self, name: str) -> Invitation:
        """Let somebody in; what their line says, with the port that this backend happens to have."""
        server, client = self.folder.server_or_new(), self.folder.add(name)
        return Invitation("127.0.0.1", self.port, z85.decode(server.public), z85.decode(client.secret))

    def start(self) -> None:
        """Serve, on the port of last time if there was one."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "clipmatrix", "serve", "--device", "cpu", "--keys", str(self.folder.path)),
                *("--address", f"tcp://127.0.0.1:{self.port}", "--parent-pid", str(os.getpid())),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rpartition(":")[2])

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    remote = Remote(tmp_path_factory.mktemp("remote") / "keys")
    remote.anna = remote.invite("anna")
    remote.start()
    yield remote
    remote.kill()


@pytest.fixture
def invited(remote):
    return replace(remote.anna, port=remote.port)


@pytest.fixture
def paste(blender, settings, rooms, settle):
    """A function that takes a line as the Paste button does, presses Connect and waits for what becomes of it."""

    def run(line):
        line = line if isinstance(line, str) else write_invitation(line)
        rooms("interface.reaching").take_line(settings, line)
        assert blender.ops.clipmatrix.connect() == {"FINISHED"}
        return settle(seconds=20)

    return run


def another_key() -> bytes:
    return z85.decode(zmq.curve_keypair()[1])


def test_the_pasted_line_is_all_that_an_artist_needs(session, settings, phase, paste, invited, rooms):
    settings.secret = "left over from another backend"
    assert paste(invited) is phase.IDLE, session.error
    assert session.welcome.bodies == ("figure",)
    assert rooms("interface.status_text").standing(session).text == "Connected to this computer"
    text = rooms("job.report").text(session)
    assert z85.encode(invited.client_key).decode() not in text
    assert write_invitation(invited).rpartition("/")[2] not in text


def test_megabytes_travel_encrypted_as_well(session, phase, paste, settle, invited):
    assert paste(invited) is phase.IDLE
    bodies = []
    session.request_body("figure", bodies.append)
    assert settle(phase.IDLE, phase.FAILED) is phase.IDLE, session.error
    assert len(bodies[0].vertices) > 10_000


def test_a_key_that_is_not_on_the_list_is_said_so(session, phase, paste, invited):
    assert paste(replace(invited, client_key=another_key())) is phase.REFUSED
    assert "does not know your key" in session.error.message
    assert "clipmatrix keys add" in session.error.remedy
    assert session.error.operator == "clipmatrix.connect"


def test_a_backend_with_other_keys_than_the_lines_is_not_believed(session, phase, paste, invited):
    began = time.monotonic()
    assert paste(replace(invited, server_key=z85.decode(zmq.curve_keypair()[0]))) is phase.REFUSED
    assert "not the backend that your line was made for" in session.error.message
    assert time.monotonic() - began < 5


def test_an_impostor_without_keys_gets_no_word_out_of_us(session, phase, paste, invited):
    with zmq.Context() as context, context.socket(zmq.ROUTER) as impostor:
        impostor.setsockopt(zmq.LINGER, 0)
        port = impostor.bind_to_random_port("tcp://127.0.0.1")
        assert paste(replace(invited, port=port)) is phase.REFUSED
        assert "not the backend that your line was made for" in session.error.message
        assert not impostor.poll(0)


def test_an_address_alone_does_not_open_a_backend_with_keys(blender, session, settings, phase, settle, remote):
    settings.address, settings.secret = f"127.0.0.1:{remote.port}", "a secret"
    blender.ops.clipmatrix.connect()
    assert settle(seconds=20) is phase.REFUSED
    assert re.search("encrypted connections only|hangs up again", session.error.message)
    assert "line" in session.error.remedy


def test_a_backend_with_keys_that_was_restarted_is_found_again(session, phase, paste, settle, invited, remote):
    assert paste(invited) is phase.IDLE
    remote.kill()
    assert settle(phase.LOST, seconds=20) is phase.LOST
    remote.start()
    assert settle(phase.IDLE, seconds=30) is phase.IDLE
    assert session.error is None


def test_a_key_that_was_taken_away_ends_in_words_not_in_endless_tries(session, phase, paste, settle, remote):
    assert paste(remote.invite("bert")) is phase.IDLE
    remote.folder.remove("bert")
    remote.kill()
    assert settle(phase.LOST, seconds=20) is phase.LOST
    remote.start()
    assert settle(phase.REFUSED, seconds=30) is phase.REFUSED
    assert "does not know your key" in session.error.message


@pytest.fixture
def impatient(session, rooms):
    session.patience = rooms("job.phases").Patience(welcome=1.0)


def test_a_web_server_on_the_port_is_no_backend(blender, session, settings, phase, settle, impatient):
    server = http.server.HTTPServer(("127.0.0.1", 0), QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.address = f"http://127.0.0.1:{server.server_port}/"
    blender.ops.clipmatrix.connect()
    assert settle(seconds=20) in (phase.OFFLINE, phase.REFUSED)
    assert re.search("no ClipMatrix backend|hangs up again", str(session.error))
    server.shutdown()
    server.server_close()


class QuietHandler(http.server.BaseHTTPRequestHandler):
    """Answers everything with an error, and says so to nobody else."""

    def log_message(self, *_):
        """Nothing."""


def test_a_program_that_says_nothing_is_no_backend(blender, session, settings, phase, settle, impatient):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.address = f"127.0.0.1:{mute.getsockname()[1]}"
        blender.ops.clipmatrix.connect()
        assert settle(seconds=20) is phase.OFFLINE
    assert "Something answers" in session.error.message
    assert "no ClipMatrix backend" in session.error.message


def test_a_name_that_leads_nowhere_is_said_with_what_may_be_wrong(blender, session, phase, paste, invited, impatient):
    blender.context.preferences.system.use_online_access = True
    assert paste(replace(invited, host="nowhere.invalid")) is phase.OFFLINE
    assert "No backend answers at tcp://nowhere.invalid" in session.error.message
    assert "firewall" in session.error.remedy


def test_a_line_to_another_machine_needs_the_online_permission(blender, settings, session, phase, invited, rooms):
    blender.context.preferences.system.use_online_access = False
    settings.line = write_invitation(replace(invited, host="192.0.2.7"))
    with pytest.raises(RuntimeError, match="stay offline"):
        blender.ops.clipmatrix.connect()
    assert session.state is phase.OFFLINE
    assert session.error.operator == "screen.userpref_show"


def test_a_zeromq_that_cannot_encrypt_is_said_so(blender, settings, invited, monkeypatch):
    monkeypatch.setattr(zmq, "has", lambda capability: capability != "curve")
    settings.line = write_invitation(invited)
    with pytest.raises(RuntimeError, match="can't encrypt"):
        blender.ops.clipmatrix.connect()


def test_a_backend_is_reached_by_an_address_of_the_newer_kind(blender, session, settings, phase, settle):
    with zmq.Context() as context, context.socket(zmq.ROUTER) as peer:
        peer.setsockopt(zmq.LINGER, 0)
        peer.setsockopt(zmq.IPV6, 1)
        try:
            port = peer.bind_to_random_port("tcp://[::1]")
        except zmq.ZMQError:
            pytest.skip("this machine has no IPv6")
        settings.address = f"[::1]:{port}"
        blender.ops.clipmatrix.connect()
        until = time.monotonic() + 10
        while not peer.poll(0):
            assert time.monotonic() < until
            session.tick()
        session.disconnect()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: "",
        lambda line: line[:-1],
        lambda line: line[:-40],
        lambda line: line.replace("/", "", 1),
        lambda line: line[:40] + ("A" if line[40] != "A" else "B") + line[41:],
        lambda line: line + "x",
        lambda line: SCHEME,
        lambda line: "a letter to somebody else entirely",
        lambda line: re.sub(r":[0-9]+/", ":99999/", line),
        lambda line: line + "\n" + line,
    ],
)
def test_a_line_that_is_none_is_refused_without_being_repeated(settings, rooms, invited, spoil):
    line = write_invitation(invited)
    with pytest.raises(rooms("errors").Refusal, match="can't be pasted") as refused:
        rooms("interface.reaching").take_line(settings, spoil(line))
    assert line.rpartition("/")[2][:20] not in str(refused.value)
    assert settings.line == ""


def test_spaces_and_line_breaks_around_a_line_do_no_harm(settings, rooms, invited):
    assert rooms("interface.reaching").take_line(settings, f"  {write_invitation(invited)}\r\n") == "127.0.0.1"
    assert settings.way == "LINE"


def test_an_empty_clipboard_is_refused_in_words(blender, session):
    with pytest.raises(RuntimeError, match="can't be pasted"):
        blender.ops.clipmatrix.paste_line()
    assert "Copy the whole line" in session.error.remedy


def test_the_line_may_stand_in_the_address_field_too(blender, session, settings, phase, settle, invited):
    settings.address = write_invitation(invited)
    blender.ops.clipmatrix.connect()
    assert settle(seconds=20) is phase.IDLE, session.error


def test_the_headless_command_takes_the_line_and_does_not_show_it(
    blender, rooms, invited, monkeypatch, capsys, tmp_path
):
    line = write_invitation(invited)
    monkeypatch.setenv("CLIPMATRIX_ADDRESS", f" {line} ")
    arguments = rooms("command.arguments")
    request = arguments.parse(["generate", "--prompt", "a red figure", "--figure", "--out", str(tmp_path)])
    assert request.address == line
    with pytest.raises(SystemExit):
        arguments.parse(["generate", "--help"])
    assert line not in capsys.readouterr().out
    with pytest.raises(arguments.BadArguments, match="can't be pasted"):
        arguments.parse(["generate", "--prompt", "x", "--out", str(tmp_path), "--address", line[:-3]])
