"""The launcher: a process of its own, a user folder of its own, right exit codes, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .painter import FOREVER, SECRET, painter

SCRIPT = Path(__file__).resolve().parents[2] / "blender_addon" / "headless.py"


@pytest.fixture
def start(tmp_path):
    """Start the launcher; its temporary folders are made under tmp_path/tmp."""
    (tmp_path / "tmp").mkdir()
    running = []

    def call(*arguments):
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), "CLIPMATRIX_SECRET": SECRET},
        )
        running.append(process)
        return process

    yield call
    for process in running:
        process.kill()
        process.wait()


def user_folders(tmp_path):
    return list((tmp_path / "tmp").glob("clipmatrix-blender-*"))


def test_help_explains_the_command(start):
    process = start("generate", "--help")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    for word in ("--prompt", "--weight", "--shading", "--batch", "--blend", "--export", "--out", "CLIPMATRIX_SECRET"):
        assert word in said


def test_bad_arguments_end_with_code_2_and_an_event(start, tmp_path):
    process = start("generate", "--prompt", "", "--out", str(tmp_path), "--progress", "json")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert json.loads(said)["code"] == "bad_arguments"
    assert not user_folders(tmp_path)


def test_sigterm_cancels_the_job_and_cleans_up(start, tmp_path):
    with painter() as backend:
        out = tmp_path / "out"
        arguments = [
            "--figure",
            "--prompt",
            FOREVER,
            "--pictures",
            "none",
            "--progress",
            "json",
            "--texture-size",
            "64",
        ]
        process = start("generate", "--address", backend.address, "--out", str(out), *arguments)
        for line in process.stdout:
            if json.loads(line)["event"] == "progress":
                break
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 130
        assert json.loads(said.splitlines()[-1])["code"] == "cancelled"
        assert backend.was_cancelled()
    assert not list(out.iterdir())
    assert not user_folders(tmp_path)


def test_importing_the_launcher_does_nothing(tmp_path):
    probe = (
        f"import importlib.util, sys; s = importlib.util.spec_from_file_location('h', {str(SCRIPT)!r}); "
        "m = importlib.util.module_from_spec(s); s.loader.exec_module(m); print('bpy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "False"
