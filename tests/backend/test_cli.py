"""What the command line does before any command."""

import os
import shutil
import sys

import pytest
from clipmatrix.cli import main
from clipmatrix.command_lines import install_line, own_program
from clipmatrix.environment import POLICY, TORCH, WAITING

SETTINGS = TORCH | WAITING
SET = (*SETTINGS, POLICY)


@pytest.fixture
def environment(monkeypatch):
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name not in SET})
    monkeypatch.setattr(sys, "argv", ["clipmatrix", "--help"])
    return monkeypatch


def environment_of_a_command():
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return os.environ


def test_torch_finds_its_settings_but_for_those_that_the_user_made(environment):
    mine, *others = SETTINGS
    environment.setitem(os.environ, mine, "as I like it")
    found = environment_of_a_command()
    assert found[mine] == "as I like it"
    assert {name: found[name] for name in others} == {name: SETTINGS[name] for name in others}


def test_who_says_how_openmp_waits_is_not_corrected(environment):
    environment.setitem(os.environ, POLICY, "ACTIVE")
    found = environment_of_a_command()
    assert not WAITING.keys() & found.keys()
    assert TORCH.items() <= found.items()


@pytest.mark.parametrize("clip", ["ViT-B32", "embedded,", ":openai"])
def test_a_misspelt_clip_is_refused_before_anything_is_started(environment, capsys, clip):
    environment.setattr(sys, "argv", ["clipmatrix", "demo", "a red figure", "--clip", clip])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "does not name a CLIP model; use “embedded”, “MODEL:PRETRAINED” by" in said
    assert said.count("\n") == 1


def test_what_is_said_to_type_can_be_typed_where_folders_have_spaces(monkeypatch):
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(sys, "executable", r"C:\Users\Jane Doe\.venv\Scripts\python.exe")
    monkeypatch.setattr(sys, "argv", ["/somewhere/__main__.py"])
    assert install_line("smplx") == rf'uv pip install --python "{sys.executable}" smplx'
    assert own_program() == rf'"{sys.executable}" -m clipmatrix'
    monkeypatch.setattr(sys, "platform", "win32")
    assert own_program() == rf'& "{sys.executable}" -m clipmatrix', "as PowerShell takes it"


def test_windows_program_is_known_by_its_name(monkeypatch, tmp_path):
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: str(tmp_path / "clipmatrix.EXE"))
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "clipmatrix")])  # what its launcher makes of it
    assert own_program() == "clipmatrix"


def test_what_is_said_to_type_is_what_was_typed(monkeypatch, tmp_path):
    program = tmp_path / "clipmatrix"
    program.touch(0o755)
    monkeypatch.setenv("UV", "/usr/bin/uv")
    assert own_program() == "uv run clipmatrix"
    monkeypatch.delenv("UV")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "argv", [str(program)])
    assert own_program() == str(program)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("clipmatrix") == str(program)
    assert own_program() == "clipmatrix"
    monkeypatch.setattr(sys, "argv", ["/somewhere/__main__.py"])
    assert own_program() == f"{sys.executable} -m clipmatrix"
