"""Where the extension looks for a backend, and what it says when there is none."""

import sys
from pathlib import Path

import pytest


def program(path: Path) -> Path:
    """A file that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def find(blender, rooms, tmp_path, monkeypatch):
    """``backend_command`` for a user with an empty home and nothing on the PATH."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "on-path"))
    for name in ("UV_TOOL_BIN_DIR", "UV_TOOL_DIR", "XDG_BIN_HOME", "PIPX_HOME", "PIPX_BIN_DIR"):
        monkeypatch.delenv(name, raising=False)
    return rooms("link.find").backend_command


@pytest.mark.parametrize(
    "place",
    [
        "on-path/clipmatrix",
        ".local/bin/clipmatrix",
        ".local/share/uv/tools/clipmatrix/bin/clipmatrix",
        ".local/share/pipx/venvs/clipmatrix/bin/clipmatrix",
        ".local/pipx/venvs/clipmatrix/bin/clipmatrix",
    ],
)
def test_an_installed_backend_is_found_by_itself(find, tmp_path, place):
    found = program(tmp_path / place)
    assert find("") == [str(found)]


def test_uvs_own_folder_for_tools_is_looked_into(find, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_TOOL_DIR", str(tmp_path / "tools"))
    found = program(tmp_path / "tools" / "clipmatrix" / "bin" / "clipmatrix")
    assert find("") == [str(found)]


def test_none_at_all_is_said_with_the_way_to_get_one(find, rooms):
    with pytest.raises(rooms("errors").Refusal, match="not installed") as refused:
        find("")
    assert "choose that folder" in refused.value.remedy
    assert refused.value.operator == "preferences.addon_show"


@pytest.mark.parametrize("name", ["python", "python3", "python3.11"])
def test_a_chosen_python_is_told_to_run_the_backend(find, tmp_path, name):
    chosen = program(tmp_path / "venv" / "bin" / name)
    assert find(str(chosen)) == [str(chosen), "-m", "clipmatrix"]


def test_a_chosen_program_is_run_as_it_is(find, tmp_path):
    chosen = program(tmp_path / "somewhere" / "clipmatrix")
    assert find(f" {chosen} ") == [str(chosen)]


def test_a_chosen_environment_is_searched(find, tmp_path):
    inside = program(tmp_path / "venv" / "bin" / "python")
    assert find(str(tmp_path / "venv")) == [str(inside), "-m", "clipmatrix"]
    better = program(tmp_path / "venv" / "bin" / "clipmatrix")
    assert find(str(tmp_path / "venv")) == [str(better)]


def test_a_chosen_project_has_its_environment_in_a_hidden_folder(find, tmp_path):
    inside = program(tmp_path / "project" / ".venv" / "bin" / "clipmatrix")
    assert find(str(tmp_path / "project")) == [str(inside)]


def test_the_home_folder_may_be_written_short(find, tmp_path):
    program(tmp_path / "venv" / "bin" / "clipmatrix")
    assert find("~/venv/bin/clipmatrix") == [str(tmp_path / "venv" / "bin" / "clipmatrix")]


def test_a_path_as_windows_copies_it_has_quotes_around_it(find, tmp_path):
    chosen = program(tmp_path / "my environment" / "bin" / "clipmatrix")
    assert find(f'"{chosen}"') == [str(chosen)]


@pytest.mark.parametrize("system", ["linux", "win32"])
@pytest.mark.parametrize("path", ["", ".", "downloads", "/nowhere"])
def test_what_lies_beside_a_blend_that_was_opened_is_not_started(find, rooms, tmp_path, monkeypatch, system, path):
    """On Windows programs of the current folder count as on the PATH; it is that of a .blend opened by double click."""
    monkeypatch.setattr(sys, "platform", system)
    for name in ("clipmatrix", "clipmatrix.exe", "downloads/clipmatrix"):
        program(tmp_path / "scene" / name)
    monkeypatch.chdir(tmp_path / "scene")
    monkeypatch.setenv("PATHEXT", ".exe")
    monkeypatch.setenv("PATH", path)
    with pytest.raises(rooms("errors").Refusal, match="not installed"):
        find("")


def test_what_was_chosen_and_is_not_there_is_not_replaced_by_a_guess(find, rooms, tmp_path):
    program(tmp_path / "on-path" / "clipmatrix")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("no program")
    for chosen, words in (("missing", "There is no"), ("empty", "no Python in"), ("text", "is no program")):
        with pytest.raises(rooms("errors").Refusal, match=words):
            find(str(tmp_path / chosen))


def test_this_environment_has_a_backend(find):
    command = find(str(Path(sys.executable).parent.parent))
    assert Path(command[0]).name == "clipmatrix"
