"""``clipmatrix serve`` as a process: what it prints, how it refuses, how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from clipmatrix.commands.serve import _secret
from clipmatrix.errors import UsageError

from .conftest import backend_process
from .peer import Peer

Connect = Callable[[str], Peer]


def serve(*arguments: str, secret: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a ``serve`` that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "clipmatrix", "serve", "--device", "cpu", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "CLIPMATRIX_SECRET": secret},
    )


def ended(pid: int, seconds: float) -> bool:
    """Whether a process that nobody waits for ends in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_process_welcomes_clients_and_ends_with_0_when_asked(connect: Connect) -> None:
    with backend_process() as backend:
        welcome = connect(backend.address).hello()
        assert (welcome.device, welcome.bodies) == ("cpu", ("figure",))
        backend.process.send_signal(signal.SIGTERM)
        assert backend.process.wait(20) == 0


def test_the_port_is_free_again_at_once(connect: Connect) -> None:
    with backend_process() as backend:
        connect(backend.address).hello()
        backend.process.kill()
        backend.process.wait(10)
        with backend_process("--address", backend.address) as again:
            connect(again.address).hello()


def test_a_taken_port_is_one_line_and_exit_code_2() -> None:
    with backend_process() as backend:
        run = serve("--address", backend.address)
    assert run.returncode == 2
    assert run.stderr == f"clipmatrix: {backend.address} is taken; choose another port, or 0 for a free one\n"
    assert not run.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--address", "tcp://0.0.0.0:0", "--keys", "/nowhere/keys"], "no keys in /nowhere/keys; make some with"),
        (["--device", "abacus", "--address", "tcp://127.0.0.1:0"], "there is no device 'abacus'"),
        (["--renderer", "nvdiffrast", "--address", "tcp://127.0.0.1:0"], "nvdiffrast runs on cuda alone, not on cpu"),
        (["--precision", "half", "--address", "tcp://127.0.0.1:0"], "there is no precision 'half'"),
        (["--secret-file", "/nowhere/secret"], "cannot read the secret from /nowhere/secret"),
        (["--parent-pid", "4194305"], "there is no process 4194305"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_exit_code_2(arguments: list[str], reason: str) -> None:
    run = serve(*arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("clipmatrix: ")
    assert reason in run.stderr
    assert run.stderr.count("\n") == 1


def test_without_a_secret_one_is_made_and_printed_once(connect: Connect) -> None:
    command = [sys.executable, "-m", "clipmatrix", "serve", "--device", "cpu", "--address", "tcp://127.0.0.1:0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "CLIPMATRIX_SECRET": ""},
    ) as process:
        assert process.stdout is not None
        secret, address = (process.stdout.readline().split()[-1] for _ in range(2))
        connect(address).hello(secret)
        process.terminate()
        assert process.stdout.read() == ""


def test_the_secret_can_come_from_a_file(tmp_path: Path, connect: Connect) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    with backend_process("--secret-file", str(tmp_path / "secret")) as backend:
        connect(backend.address).hello("from a file")
    (tmp_path / "secret").write_text("\n")
    assert "is empty" in serve("--secret-file", str(tmp_path / "secret")).stderr


def test_a_secret_file_may_come_from_notepad_but_not_in_another_encoding(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("secret\n", encoding="utf-8-sig")
    assert _secret(file) == ("secret", False)
    file.write_text("secret\n", encoding="utf-16")  # what `>` writes in PowerShell 5
    with pytest.raises(UsageError, match="cannot read the secret"):
        _secret(file)


def test_a_backend_ends_with_the_process_it_was_started_for() -> None:
    program = (
        "import os, subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-m', 'clipmatrix', 'serve', '--device', 'cpu', '--address',"
        " 'tcp://127.0.0.1:0', '--parent-pid', str(os.getpid())], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL);"
        "p.stdout.readline(); p.stdout.readline(); print(p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        backend = int(parent.stdout.readline())
        assert not ended(backend, 0.5)
        os.kill(parent.pid, signal.SIGKILL)
    assert ended(backend, 20)
