"""``blender --command clipmatrix generate``, as an artist's script calls it: an installed Blender, without a window.

Needs ``CLIPMATRIX_BLENDER``, as ``test_window.py`` does.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from clipmatrix_protocol import Prompt

from tests.blender_addon.painter import SECRET, Painter, painter

Call = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.timeout(300)

INSTALL = """
import bpy
bpy.ops.extensions.package_install_files(filepath={zip!r}, repo="user_default", enable_on_install=True, overwrite=True)
bpy.ops.wm.save_userpref()
bpy.data.objects["Cube"].name = "Crate"
bpy.ops.wm.save_as_mainfile(filepath={file!r})
"""


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """Where the file with the crate is."""
    return tmp_path / "crate.blend"


@pytest.fixture
def call(blender: str, zipped: Path, crate: Path, tmp_path: Path) -> Call:
    """Call Blender, with the extension installed in a user folder of its own."""
    user = tmp_path / "user"
    user.mkdir()

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [blender, "-b", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=240,
            env={**os.environ, "BLENDER_USER_RESOURCES": str(user), "CLIPMATRIX_SECRET": SECRET},
        )

    done = run("--factory-startup", "--python-expr", INSTALL.format(zip=str(zipped), file=str(crate)))
    assert crate.exists(), done.stdout + done.stderr
    return run


@pytest.fixture
def backend() -> "Painter":
    with painter() as running:
        yield running


def settings(backend: Painter) -> list[str]:
    return ["--address", backend.address, "--steps", "3", "--texture-size", "64", "--pictures", "none"]


def test_the_open_files_character_is_grown_and_exported(
    call: Call, crate: Path, backend: Painter, tmp_path: Path
) -> None:
    exports = [word for name in ("a.glb", "a.fbx") for word in ("--export", str(tmp_path / name))]
    words = ["--prompt", "a red crate", "--weight", "0.5", *exports]
    done = call(crate, "--command", "clipmatrix", "generate", *settings(backend), *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert backend.jobs[0].character.parts[0].name == "Crate"
    assert backend.jobs[0].brief.prompts == (Prompt("a red crate", 0.5),)
    assert all((tmp_path / name).stat().st_size > 1000 for name in ("a.glb", "a.fbx"))


def test_a_batch_opens_the_file_anew_for_each_run(call: Call, crate: Path, backend: Painter, tmp_path: Path) -> None:
    runs = tmp_path / "runs.json"
    runs.write_text(json.dumps([{"prompts": ["red"]}, {"prompts": ["blue"]}, {"figure": True, "prompts": ["green"]}]))
    done = call(
        crate, "--command", "clipmatrix", "generate", *settings(backend), "--batch", runs, "--out", tmp_path / "out"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [job.character.parts[0].name for job in backend.jobs] == ["Crate", "Crate", "column"]
    assert all(job.character.start_offsets == () for job in backend.jobs)
    found = {path.parent.name for path in (tmp_path / "out").rglob("character.glb")}
    assert found == {"red", "blue", "green"}


def test_bad_arguments_are_one_sentence_and_exit_code_2(call: Call, crate: Path) -> None:
    done = call(crate, "--command", "clipmatrix", "generate", "--prompt", "a red crate")
    assert done.returncode == 2
    assert "Nothing is to be written. Name a folder with --out" in done.stderr
    assert "Traceback" not in done.stderr
