"""What the demo's two processes say is understood, whatever the system's encoding."""

import sys
from pathlib import Path

import pytest
from clipmatrix.demo import processes
from clipmatrix.demo.processes import BlenderRun, running
from clipmatrix.errors import UsageError

ANY = b"\x9d\xff Blender's own talk\n"
"""Neither UTF-8 nor what Windows knows in western Europe."""


def python(text: str) -> list[str]:
    return [sys.executable, "-c", f"import sys\n{text}"]


@pytest.fixture(autouse=True)
def _like_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system whose own encoding is not UTF-8, and nobody who waits for minutes."""
    for name, value in (("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(processes, "SILENCE_SECONDS", 10.0)
    monkeypatch.setattr(processes, "START_SECONDS", 10.0)


def test_bytes_of_any_encoding_keep_no_event_from_being_heard(tmp_path: Path):
    event = r'{"event": "phase", "text": "C:\\Users\\J\u00f6rg"}'
    said = python(f"sys.stdout.buffer.write({ANY!r} + {event.encode()!r} + b'\\r\\n')")
    with running(said, tmp_path / "log") as process:
        assert list(BlenderRun(process).events()) == [{"event": "phase", "text": "C:\\Users\\Jörg"}]


def test_a_backend_that_does_not_start_is_quoted_in_its_own_words(tmp_path: Path):
    log = tmp_path / "log"
    said = python(f"sys.stderr.buffer.write({ANY!r}); sys.exit('clipmatrix: there is no C:\\\\Users\\\\J\\u00f6rg')")
    with running(said, log) as process, pytest.raises(UsageError) as raised:
        processes._ready_address(process, log)
    assert "there is no C:\\Users\\Jörg" in str(raised.value)
