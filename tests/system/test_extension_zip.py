"""The built zip, as an artist gets it: installed by Blender's own extension system, and a job through it."""

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clipmatrix.demo import Backend

from tools.extension import blender
from tools.extension.assemble import Order, build
from tools.extension.errors import DownloadError
from tools.extension.targets import PLATFORMS, python_tag

ARTIST = Path(__file__).with_name("artist.py")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MACHINE = "arm64" if platform.machine() == "arm64" else "x64"
HERE = {"Linux": "linux-x64", "Windows": "windows-x64"}.get(platform.system(), f"macos-{MACHINE}")
OF_BLENDER = (
    "bpy", "numpy", "numpy.libs", "requests", "certifi", "idna", "urllib3", "charset_normalizer", "zstandard",
    "attr", "attrs", "cattr", "cattrs", "typing_extensions.py",
)  # fmt: skip
"""What Blender's own Python has, too; nothing else of the test environment is shown to it."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the zips for this Python and another one, for this platform and another one, and the index."""
    out = tmp_path_factory.mktemp("repository")
    try:
        build(Order(out, (PYTHON, "3.13"), [PLATFORMS[name] for name in sorted({HERE, "windows-x64"})]))
    except DownloadError as error:
        pytest.skip(str(error))
    return out


@pytest.fixture(scope="module")
def report(repository: Path, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What artist.py saw while it installed the zip, ran a job, and took the extension off again."""
    folder = tmp_path_factory.mktemp("artist")
    packages, user = folder / "packages", folder / "user"
    packages.mkdir()
    user.mkdir()
    site = Path(sysconfig.get_path("purelib"))
    for name in OF_BLENDER:
        if (site / name).exists():
            (packages / name).symlink_to(site / name)
    (zipped,) = repository.glob(f"*-{python_tag(PYTHON)}.zip")
    told = folder / "report.json"
    # -I and -S: neither the folder of the script nor any site-packages is looked at.
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ARTIST), str(packages), str(zipped), backend.address, str(told)],
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "BLENDER_USER_RESOURCES": str(user), "SECRET": backend.secret},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return {**json.loads(told.read_text()), "user": str(user)}


def test_what_the_extension_needs_comes_out_of_the_zip_and_from_nowhere_else(report):
    assert report["before"] == []
    assert report["installed"] == ["FINISHED"]
    for name, path in report["modules"].items():
        place = "extensions/user_default" if name.startswith("bl_ext") else "extensions/.local"
        assert path.startswith(f"{report['user']}/{place}/"), (name, path)


def test_the_installed_extension_runs_a_job_whose_result_is_in_the_scene(report):
    assert report["connected"] == ["IDLE", "None"]
    assert report["finished"] == ["FINISHED", "None", 3]
    assert report["accepted"] == ["FINISHED"]
    assert 0 < report["moved"] < 1
    ((size, packed_bytes),) = report["images"]
    assert size == [64, 64]
    assert packed_bytes > 0


def test_removing_it_takes_all_of_it_off_and_leaves_the_result(report):
    assert "CLIPMATRIX_OT_generate" in report["traces_on"]
    assert "property clipmatrix" in report["traces_on"]
    assert "bl_ext.user_default.clipmatrix" in report["traces_on"]
    assert report["traces_off"] == []
    assert report["files_off"] == []
    assert "ClipMatrix offsets" in report["result_kept"]


@pytest.fixture
def client(repository: Path, tmp_path: Path) -> Iterator[Callable[..., "subprocess.CompletedProcess[str]"]]:
    """Blender's own client, turned on the repository."""
    folder = tmp_path / "local"
    folder.mkdir()

    def call(command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        where = ("--remote-url", (repository / "index.json").as_uri(), "--local-dir", str(folder))
        script = [sys.executable, "-I", str(blender.find().script), command, *arguments, *where]
        return subprocess.run(script, capture_output=True, text=True, timeout=60)

    assert call("sync").returncode == 0
    yield call
    shutil.rmtree(folder)


@pytest.mark.parametrize("python", [f"{PYTHON}.9", "3.13.1"])
def test_a_repository_gives_each_blender_the_zip_for_its_python(client, tmp_path, python):
    done = client("install", "clipmatrix", "--blender-version", "4.3.0", "--python-version", python)
    assert done.returncode == 0, done.stderr
    wheels = [path.name for path in (tmp_path / "local" / "clipmatrix" / "wheels").iterdir()]
    tag = python_tag(python.rpartition(".")[0])
    assert {name.split("-")[2] for name in wheels if name.startswith("msgspec")} == {tag}


@pytest.mark.parametrize(("blender_version", "python"), [("4.3.0", "3.12.1"), ("4.1.0", "3.11.9")])
def test_a_repository_has_nothing_for_a_blender_that_could_not_run_it(client, blender_version, python):
    done = client("install", "clipmatrix", "--blender-version", blender_version, "--python-version", python)
    assert done.returncode != 0
    assert "not compatible" in done.stdout + done.stderr
