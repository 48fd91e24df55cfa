"""A backend that other machines can reach: who gets in, and who does not; real processes, real sockets."""

import io
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import zmq
from clipmatrix.cli import main
from clipmatrix.errors import UsageError
from clipmatrix.server.curve import AllowList, encrypt
from clipmatrix.server.keys import KeyFolder
from clipmatrix_protocol import PROTOCOL_VERSION, Hello, Invitation, Welcome, read_invitation
from zmq.utils import z85

from .conftest import Process, backend_process
from .eavesdropper import eavesdropper
from .peer import Peer

QUIET = 1.0
"""Seconds within which a welcome would have come several times over."""

Context = "zmq.Context[zmq.Socket[bytes]]"


@dataclass(frozen=True)
class Run:
    """What a command line came to."""

    code: int
    stdout: str
    stderr: str


def clipmatrix(*arguments: str) -> Run:
    """Run a command line that ends by itself, in this process."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        patch.setattr(sys, "argv", ["clipmatrix", *arguments])
        with pytest.raises(SystemExit) as leave:
            main()
    return Run(int(leave.value.code or 0), stdout.getvalue(), stderr.getvalue())


def add(folder: Path, name: str) -> Invitation:
    """Run ``keys add`` and read the line it prints."""
    run = clipmatrix("keys", "add", name, "--host", "127.0.0.1", "--folder", str(folder))
    assert run.code == 0, run.stderr
    return read_invitation(run.stdout)


def test_the_line_to_serve_with_names_the_port_and_the_folder_that_the_key_is_for(tmp_path: Path) -> None:
    folder = str(tmp_path / "keys")
    run = clipmatrix("keys", "add", "bert", "--host", "127.0.0.1", "--port", "8000", "--folder", folder)
    assert f"serve --host 0.0.0.0 --port 8000 --keys {folder}`" in run.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("remote") / "keys"


@pytest.fixture(scope="module")
def anna(folder: Path) -> Invitation:
    return add(folder, "anna")


@pytest.fixture(scope="module")
def served(folder: Path, anna: Invitation) -> Iterator[Process]:
    with backend_process("--keys", str(folder)) as process:
        yield process


def door(context: Context, address: str, invitation: Invitation | None) -> Peer:
    """A client that comes with the keys of an invitation, or with none."""
    if invitation is None:
        return Peer(context, address)
    secret = z85.encode(invitation.client_key)
    options = {
        zmq.CURVE_SERVERKEY: z85.encode(invitation.server_key),
        zmq.CURVE_PUBLICKEY: zmq.curve_public(secret),
        zmq.CURVE_SECRETKEY: secret,
    }
    return Peer(context, address, options)


def is_turned_away(context: Context, address: str, invitation: Invitation | None) -> bool:
    """Whether a greeting remains without any answer."""
    peer = door(context, address, invitation)
    try:
        peer.say(greeting())
        return peer.is_quiet(QUIET)
    finally:
        peer.close()


def greeting() -> Hello:
    """What a client says first where keys take the secret's place."""
    return Hello(PROTOCOL_VERSION, "test", "")


def test_a_client_with_its_line_is_welcomed_without_a_secret(
    context: Context, served: Process, anna: Invitation
) -> None:
    peer = door(context, served.address, anna)
    assert isinstance(peer.hello(secret=""), Welcome)
    peer.close()


def test_a_key_that_is_not_on_the_list_is_turned_away(context: Context, served: Process, anna: Invitation) -> None:
    stranger = replace(anna, client_key=z85.decode(zmq.curve_keypair()[1]))
    assert is_turned_away(context, served.address, stranger)


def test_a_client_that_expects_another_server_is_turned_away(
    context: Context, served: Process, anna: Invitation
) -> None:
    assert is_turned_away(context, served.address, replace(anna, server_key=z85.decode(zmq.curve_keypair()[0])))


def test_a_client_without_keys_is_turned_away(context: Context, served: Process) -> None:
    assert is_turned_away(context, served.address, None)


def test_nothing_that_is_said_can_be_read_on_the_way(context: Context, served: Process, anna: Invitation) -> None:
    """A proxy that copies every byte sees neither what is said nor the client's key."""
    with eavesdropper(served.address) as (address, overheard):
        peer = door(context, address, anna)
        peer.hello(secret="")
        peer.close()
    assert len(overheard) > 200
    for word in (b"hello", b"welcome", b"protocol", b"figure", anna.client_key):
        assert word not in overheard


def test_somebody_in_between_with_keys_of_their_own_gets_no_greeting(context: Context, anna: Invitation) -> None:
    """An impostor listens where the backend should: the client does not speak to it."""
    impostor = context.socket(zmq.ROUTER)
    impostor.setsockopt(zmq.CURVE_SERVER, 1)
    impostor.setsockopt(zmq.CURVE_SECRETKEY, zmq.curve_keypair()[1])
    port = impostor.bind_to_random_port("tcp://127.0.0.1")
    peer = door(context, f"tcp://127.0.0.1:{port}", anna)
    peer.say(greeting())
    assert not impostor.poll(int(1000 * QUIET))
    peer.close()


def test_an_impostor_without_encryption_gets_no_greeting_either(context: Context, anna: Invitation) -> None:
    impostor = context.socket(zmq.ROUTER)
    port = impostor.bind_to_random_port("tcp://127.0.0.1")
    peer = door(context, f"tcp://127.0.0.1:{port}", anna)
    peer.say(greeting())
    assert not impostor.poll(int(1000 * QUIET))
    peer.close()


def test_without_a_handler_that_knows_the_list_nobody_gets_in(context: Context, folder: Path, anna: Invitation) -> None:
    """The known trap: a CURVE socket alone takes everybody. This one takes nobody, should its handler be gone."""
    with zmq.Context() as own, own.socket(zmq.ROUTER) as socket:
        encrypt(socket, KeyFolder(folder))
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        peer = door(context, f"tcp://127.0.0.1:{port}", anna)
        peer.say(greeting())
        assert not socket.poll(int(1000 * QUIET))
        peer.close()


def test_who_is_added_or_removed_counts_without_a_restart(context: Context, served: Process, folder: Path) -> None:
    bert = add(folder, "bert")
    peer = door(context, served.address, bert)
    peer.hello(secret="")
    peer.close()
    assert clipmatrix("keys", "remove", "bert", "--folder", str(folder)).code == 0
    assert is_turned_away(context, served.address, bert)


def test_all_addresses_can_be_served_with_the_same_keys_again_and_none_is_printed(
    context: Context, served: Process, folder: Path, anna: Invitation
) -> None:
    command = [sys.executable, "-m", "clipmatrix", "serve", "--device", "cpu"]
    with subprocess.Popen(
        [*command, "--address", "tcp://0.0.0.0:0", "--keys", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        while not said[-1].startswith("clipmatrix ready tcp://0.0.0.0:"):
            said.append(process.stdout.readline())
            assert said[-1], said
        peer = door(context, said[-1].split()[-1].replace("0.0.0.0", "127.0.0.1"), anna)
        peer.hello(secret="")
        peer.close()
        process.send_signal(signal.SIGTERM)
        everything = "".join(said) + process.stdout.read()
        assert process.wait(20) == 0
    assert "clients with a key: anna" in everything
    assert "let in the key of anna" in everything
    assert "secret" not in everything
    assert (folder / "server.key").read_text().strip() not in everything


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--host", "0.0.0.0"], "there are no keys in"),
        (["--host", "::"], "there are no keys in"),
        (["--host", "0.0.0.0", "--address", "tcp://127.0.0.1:0"], "give it alone"),
        (["--port", "0", "--address", "tcp://127.0.0.1:0"], "give it alone"),
        (["--host", "0.0.0.0:7000"], "write --host 0.0.0.0 --port 7000"),
        (["--keys", "/nowhere/keys", "--address", "tcp://127.0.0.1:0"], "there are no keys in /nowhere/keys"),
    ],
)
def test_other_machines_are_not_served_without_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    run = clipmatrix("serve", "--device", "cpu", *arguments)
    assert run.code == 2
    assert run.stderr.startswith("clipmatrix: ")
    assert reason in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_server_key_without_clients_serves_nobody(tmp_path: Path) -> None:
    add(tmp_path, "anna")
    clipmatrix("keys", "remove", "anna", "--folder", str(tmp_path))
    run = clipmatrix("serve", "--address", "tcp://127.0.0.1:0", "--keys", str(tmp_path))
    assert (run.code, "no client has a key" in run.stderr) == (2, True)


def test_keys_and_a_secret_are_not_asked_for_together(folder: Path, anna: Invitation, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    run = clipmatrix("serve", "--keys", str(folder), "--secret-file", str(tmp_path / "secret"))
    assert (run.code, "keys take the place of a secret" in run.stderr) == (2, True)


def test_keys_are_listed_added_once_and_removed(tmp_path: Path) -> None:
    add(tmp_path, "anna")
    add(tmp_path, "bert")
    assert clipmatrix("keys", "list", "--folder", str(tmp_path)).stdout.split() == ["anna", "bert"]
    again = clipmatrix("keys", "add", "anna", "--folder", str(tmp_path))
    assert (again.code, "anna has a key already" in again.stderr) == (2, True)
    clipmatrix("keys", "remove", "anna", "--folder", str(tmp_path))
    assert clipmatrix("keys", "list", "--folder", str(tmp_path)).stdout.split() == ["bert"]
    gone = clipmatrix("keys", "remove", "anna", "--folder", str(tmp_path))
    assert (gone.code, "there is no client 'anna'" in gone.stderr) == (2, True)


@pytest.mark.parametrize("name", ["Con", "aux", "nul.b", "COM1"])
def test_names_that_are_devices_on_windows_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="on Windows"):
        KeyFolder(tmp_path).add(name)
    assert KeyFolder(tmp_path).add(f"my-{name}").public


def test_what_macos_leaves_beside_a_key_on_a_share_locks_nobody_out(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    pair = keys.add("anna")
    (tmp_path / "clients" / "._anna.key").write_bytes(b"\0\5\x16\7 Mac OS X")
    assert keys.clients() == {pair.public: "anna"}


@pytest.mark.parametrize("name", ["", "../anna", "an na", ".hidden", "a" * 65, "anna/bert"])
def test_names_that_would_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    for act in (KeyFolder(tmp_path).add, KeyFolder(tmp_path).remove):
        with pytest.raises(UsageError):
            act(name)


@pytest.mark.parametrize("host", ["two words", "host:80:80x/", ""])
def test_a_host_that_is_none_makes_no_key(tmp_path: Path, host: str) -> None:
    run = clipmatrix("keys", "add", "anna", "--host", host or " ", "--folder", str(tmp_path))
    assert (run.code, "is no name of a machine" in run.stderr) == (2, True)
    assert not list(tmp_path.iterdir())


def test_a_clients_secret_key_is_kept_nowhere_and_the_servers_is_for_its_owner_alone(tmp_path: Path) -> None:
    invitation = add(tmp_path, "anna")
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert not any(z85.encode(invitation.client_key) in content for content in kept.values())
    assert stat.S_IMODE((tmp_path / "server.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"no key", b"x" * 40 + b"y", b'"' * 40, b"#" * 40, b"\xff" * 40])
def test_a_spoilt_key_file_lets_nobody_in_and_is_named(tmp_path: Path, content: bytes) -> None:
    keys = KeyFolder(tmp_path)
    pair = keys.add("anna")
    assert AllowList(keys).callback("clipmatrix", pair.public)
    (tmp_path / "clients" / "bert.key").write_bytes(content)
    with pytest.raises(UsageError, match=r"bert\.key holds no key"):
        keys.clients()
    assert not AllowList(keys).callback("clipmatrix", pair.public)
