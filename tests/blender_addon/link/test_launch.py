"""A backend that Blender starts itself: real processes, from the first click to the last one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[3] / "blender_addon"

BLENDER = """
import sys, time
sys.path.insert(0, sys.argv[1])
import headless
with headless.user_folder():
    room = headless.enable().__package__
    import bpy, importlib
    session = importlib.import_module(room + ".job.session").current()
    bpy.context.preferences.addons[room].preferences.python = sys.executable
    bpy.ops.clipmatrix.start_backend()
    while session.state.value != "ready":
        session.tick()
        time.sleep(0.02)
    print("backend", session.launch.pid, flush=True)
    time.sleep(120)
"""
"""A Blender that starts a backend, says its number, and then does nothing more."""


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid, seconds=20.0):
    """Whether a process ends in time."""
    until = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_running(pid)


def test_a_started_backend_is_connected_missed_when_killed_started_again_and_stopped(
    blender, scenes, session, settings, phase, settle
):
    settings.python = sys.executable
    assert blender.ops.clipmatrix.start_backend() == {"FINISHED"}
    assert session.state is phase.STARTING
    assert not blender.ops.clipmatrix.start_backend.poll()
    assert not blender.ops.clipmatrix.connect.poll()
    assert settle() is phase.IDLE, session.error
    first = session.launch

    arguments = Path(f"/proc/{first.pid}/cmdline").read_bytes()
    assert first.secret.encode() not in arguments
    assert first.secret not in first.log.read_text()

    scenes.character()
    properties = blender.context.scene.clipmatrix
    properties.steps, properties.views, properties.texture_size, properties.update_every = 10_000, 1, "64", 0.0
    assert blender.ops.clipmatrix.generate() == {"FINISHED"}
    until = time.monotonic() + 60
    while session.result is None:
        assert time.monotonic() < until, session.error
        session.tick()
        time.sleep(0.01)

    os.kill(first.pid, signal.SIGKILL)
    assert settle(phase.OFFLINE) is phase.OFFLINE
    assert session.result is not None, "what has come so far stays"
    assert session.error.message == "The backend ended by itself."
    assert session.error.operator == "wm.path_open"
    assert session.launch is None

    assert blender.ops.clipmatrix.connect() == {"FINISHED"}, "Connect starts one where none runs"
    assert session.state is phase.STARTING
    second = session.launch
    assert second.secret != first.secret
    assert blender.ops.clipmatrix.stop_backend() == {"FINISHED"}
    assert (session.state, session.launch) == (phase.OFFLINE, None)
    assert ends(second.pid)
    session.tick()
    assert (session.state, session.error) == (phase.OFFLINE, None)
    assert not blender.ops.clipmatrix.stop_backend.poll()
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}, "with no backend at all"


def test_a_killed_blender_takes_its_backend_along():
    with subprocess.Popen(
        [sys.executable, "-c", BLENDER, str(ADDON)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        said = iter(process.stdout.readline, "")
        backend = int(next(line for line in said if line.startswith("backend")).split()[1])
        assert is_running(backend)
        process.send_signal(signal.SIGKILL)
    assert ends(backend)


def test_the_backend_ends_with_the_extension_even_while_it_starts(blender, session, settings, rooms):
    settings.python = sys.executable
    blender.ops.clipmatrix.start_backend()
    pid = session.launch.pid
    module = rooms("job.session").__package__.rpartition(".")[0]
    blender.ops.preferences.addon_disable(module=module)
    assert ends(pid)
    blender.ops.preferences.addon_enable(module=module)


def test_a_blender_with_a_backend_can_be_left_as_ever(blender, tmp_path):
    """A timer or a thread that outlives the extension would hang Blender here."""
    if blender.app.version < (4, 3):
        pytest.skip("the wheel of 4.2 crashes at exit, after Blender's own Rigify as well")
    program = script(tmp_path / "clipmatrix", "exec sleep 100")
    leave = BLENDER.replace("sys.executable", repr(program)).split("    while")[0] + "    headless.disable()"
    run = subprocess.run([sys.executable, "-c", leave, str(ADDON)], capture_output=True, timeout=60)
    assert run.returncode == 0


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo 'No module named clipmatrix' >&2; exit 1", "It said: No module named clipmatrix"),
        ("echo first; echo; echo 'clipmatrix: there is no device'; exit 2", "It said: there is no device"),
        ("printf 'caf\\351\\n'", "It said: caf\ufffd"),
        ("exit 0", "It said nothing."),
    ],
)
def test_a_backend_that_does_not_start_shows_what_it_said_last(
    blender, session, settings, phase, settle, tmp_path, text, said
):
    settings.python = script(tmp_path / "clipmatrix", text)
    blender.ops.clipmatrix.start_backend()
    log = session.launch.log
    assert settle() is phase.OFFLINE
    assert session.error.message == "The backend did not start."
    assert session.error.remedy == said
    assert session.error.fix.properties == {"filepath": str(log)}
    assert blender.ops.clipmatrix.start_backend.poll()


def test_what_a_backend_says_is_read_as_it_was_said_where_the_system_has_no_utf8(
    blender, session, settings, phase, settle, tmp_path, monkeypatch
):
    for name, value in (("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")):  # as on Windows
        monkeypatch.setenv(name, value)
    said = "there is no C:\\\\Users\\\\J\\u00f6rg"
    settings.python = script(tmp_path / "clipmatrix", f"exec '{sys.executable}' -c 'import sys; sys.exit(\"{said}\")'")
    blender.ops.clipmatrix.start_backend()
    assert settle() is phase.OFFLINE
    assert session.error.remedy == "It said: there is no C:\\Users\\Jörg"


def test_a_backend_that_never_gets_ready_is_given_up(blender, session, settings, phase, settle, tmp_path, rooms):
    settings.python = script(tmp_path / "clipmatrix", "echo reading weights; exec sleep 100")
    blender.ops.clipmatrix.start_backend()
    pid = session.launch.pid
    while session.launch.tail(1) != ["reading weights"]:
        time.sleep(0.02)
    session.launch._asked_at -= rooms("link.launch").START_SECONDS
    assert settle() is phase.OFFLINE
    assert "did not start within 120 seconds" in session.error.message
    assert "reading weights" in session.error.remedy
    assert ends(pid)


def test_half_a_line_is_not_yet_an_address(blender, session, settings, phase, tmp_path):
    go_on = tmp_path / "go-on"
    text = (
        f"printf 'clipmatrix ready tcp://127.0.0.1:9'; while [ ! -e {go_on} ]; do sleep 0.05; done; echo 9; sleep 100"
    )
    settings.python = script(tmp_path / "clipmatrix", text)
    blender.ops.clipmatrix.start_backend()
    until = time.monotonic() + 20
    while not session.launch.log.read_text().endswith(":9"):
        assert time.monotonic() < until
        time.sleep(0.02)
    session.tick()
    assert session.state is phase.STARTING
    go_on.touch()
    while session.state is phase.STARTING:
        assert time.monotonic() < until
        session.tick()
    assert session.address == "tcp://127.0.0.1:99"


def test_a_program_that_cannot_be_run_is_refused_at_once(blender, session, settings, phase, tmp_path):
    broken = tmp_path / "clipmatrix"
    broken.write_bytes(b"\x7fELF garbage")
    broken.chmod(0o755)
    settings.python = str(broken)
    with pytest.raises(RuntimeError, match="can't be started"):
        blender.ops.clipmatrix.start_backend()
    assert session.state is phase.OFFLINE


def test_the_logs_of_long_ago_are_cleared_away(rooms, tmp_path):
    for age in range(8):
        log = tmp_path / f"backend-{age}.log"
        log.write_text("old")
        os.utime(log, (1000 - age, 1000 - age))
    launch = rooms("link.launch").Launch.start(["/bin/true"], tmp_path)
    assert len(list(tmp_path.glob("backend-*.log"))) == rooms("link.launch").LOGS_KEPT + 1
    assert launch.log.exists()
    launch.stop()


def test_starting_a_backend_holds_blender_up_for_a_moment_only(blender, session, settings, tmp_path):
    settings.python = script(tmp_path / "clipmatrix", "exec sleep 100")
    began = time.perf_counter()
    blender.ops.clipmatrix.start_backend()
    assert time.perf_counter() - began < 0.25  # generous: a busy machine; 5 ms where it is idle
    ticks = []
    for _ in range(200):
        began = time.perf_counter()
        session.tick()
        ticks.append(time.perf_counter() - began)
    assert sorted(ticks)[100] < 0.002
    blender.ops.clipmatrix.stop_backend()


def test_connecting_elsewhere_ends_the_backend_that_blender_started(blender, session, settings, phase, tmp_path):
    settings.python = script(tmp_path / "clipmatrix", "echo clipmatrix ready tcp://127.0.0.1:9; exec sleep 100")
    blender.ops.clipmatrix.start_backend()
    pid = session.launch.pid
    until = time.monotonic() + 20
    while session.state is not phase.CONNECTING:
        assert time.monotonic() < until
        session.tick()
    settings.address = "127.0.0.1:8"
    assert settings.way == "ADDRESS"
    blender.ops.clipmatrix.connect()
    assert session.address == "tcp://127.0.0.1:8"
    assert session.launch is None
    assert ends(pid)


def test_blender_connects_by_itself_when_that_is_wished(session, settings, phase, rooms, tmp_path):
    autostart = rooms("interface.autostart")
    autostart.connect_once()
    assert session.state is phase.OFFLINE, "only when it is wished"
    settings.at_once = True
    settings.python = str(tmp_path / "missing")
    autostart.connect_once()
    assert "There is no" in session.error.message
    settings.python = script(tmp_path / "clipmatrix", "exec sleep 100")
    autostart.connect_once()
    assert session.state is phase.STARTING
    launch = session.launch
    autostart.connect_once()
    assert session.launch is launch
