"""What an artist sees and can send along when something nobody foresaw goes wrong."""

import time
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest
from clipmatrix_protocol import Update

from .peer import job, shown, state


def broken(*_, **__):
    raise ZeroDivisionError(f"nobody foresaw this, in {Path.home()}/project")


def test_the_report_has_versions_and_the_error_but_no_secret(blender, rooms, connected):
    connected.error = rooms("errors").Refusal("Something broke.", "Mend it.")
    text = rooms("job.report").text(connected)
    assert f"Blender {blender.app.version_string}" in text
    assert "Something broke. Mend it." in text
    assert "test backend on cpu" in text
    assert "secret" not in text


def test_the_report_names_no_folder_on_windows_either(rooms, connected, monkeypatch):
    home = PureWindowsPath(r"C:\Users\Jane Doe")
    monkeypatch.setattr(rooms("job.report"), "Path", SimpleNamespace(home=lambda: home))
    ways = f"{home / 'a.blend'} {str(home / 'b.blend')!r} c:/users/jane doe/c.blend"
    connected.error = rooms("errors").Refusal(ways, "")
    text = rooms("job.report").text(connected)
    assert "jane" not in text.lower()
    assert r"~\a.blend" in text


def test_the_report_tells_what_went_before(rooms, running):
    text = rooms("job.report").text(running)
    log = text[text.index("Log:") :]
    assert log.index("connecting") < log.index("ready") < log.index("running")


def test_the_log_does_not_grow_without_end(rooms):
    log = rooms("job.log").Log()
    for number in range(1000):
        log.add(f"line {number}")
    assert len(log.lines) < 100
    assert log.lines[-1].endswith("line 999")


def test_an_exception_in_a_tick_becomes_an_error_with_its_trace_in_the_report_and_the_timer_lives(
    blender, rooms, running, peer, monkeypatch, capfd
):
    monkeypatch.setattr(rooms("scene.apply"), "_write_keys", broken)
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump_once = rooms("job.pump").pump
    pump_for_error(peer, pump_once, running)
    assert "Something went wrong inside ClipMatrix." in running.error.message
    assert running.error.operator == "clipmatrix.copy_report"
    text = rooms("job.report").text(running)
    assert "ZeroDivisionError: nobody foresaw this" in text
    assert "apply.py:" in text
    assert str(Path.home()) not in text
    for _ in range(5):
        assert pump_once() > 0
    assert capfd.readouterr().out.count("ZeroDivisionError") == 1, "said once, not with every tick"


def test_after_such_an_exception_the_result_can_be_discarded_or_after_its_cause_has_gone_accepted(
    blender, rooms, running, peer, phase
):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms("scene.apply"), "_write_keys", broken)
        peer.say(Update(job(peer), 2, state(peer, 0.2)))
        pump_for_error(peer, rooms("job.pump").pump, running)
    peer.say(Update(job(peer), 3, state(peer, 0.3)))
    running.state = phase.FAILED
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert shown(blender) == 0.2


def test_an_exception_in_an_operator_is_a_sentence_and_no_traceback(blender, scenes, rooms, connected, monkeypatch):
    scenes.character()
    monkeypatch.setattr(rooms("interface.operators.job"), "snapshot", broken)
    with pytest.raises(RuntimeError) as raised:
        blender.ops.clipmatrix.generate()
    assert "Something went wrong inside ClipMatrix." in str(raised.value)
    assert "Traceback" not in str(raised.value)
    assert "ZeroDivisionError" in rooms("job.report").text(connected)


def test_an_exception_while_saving_does_not_keep_the_file_from_being_saved(
    blender, rooms, running, monkeypatch, tmp_path
):
    monkeypatch.setattr(rooms("job.delivery"), "prepare_for_saving", broken)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert (tmp_path / "saved.blend").exists()
    assert "Something went wrong inside ClipMatrix." in running.error.message


def pump_for_error(peer, pump_once, session):
    """Call what the timer calls until the session has an error."""
    end = time.monotonic() + 5
    while session.error is None:
        assert time.monotonic() < end
        peer.listen()
        pump_once()
        time.sleep(0.005)
