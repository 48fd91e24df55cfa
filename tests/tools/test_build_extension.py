"""The zips: what is in them, that they repeat, and what is refused before one is made."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.extension import archive, blender, checks, manifest, pip
from tools.extension.assemble import PROTOCOL, SOURCE, Order, build
from tools.extension.errors import BuildError, DownloadError
from tools.extension.pip import PINNED
from tools.extension.targets import PLATFORMS

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "build_extension.py"
LINUX = PLATFORMS["linux-x64"]


def script(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the zip for Python 3.11 on two platforms."""
    out = tmp_path_factory.mktemp("built")
    try:
        build(Order(out, ("3.11",), [PLATFORMS["linux-x64"], PLATFORMS["macos-arm64"]]))
    except DownloadError as error:
        pytest.skip(str(error))
    return out


@pytest.fixture(scope="module")
def zipped(built: Path) -> Path:
    """That zip."""
    (path,) = built.glob("clipmatrix-*-cp311.zip")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the extension, to spoil."""
    return Path(shutil.copytree(SOURCE, tmp_path / "source", ignore=shutil.ignore_patterns("__pycache__")))


def edit(folder: Path, old: str, new: str) -> None:
    text = (folder / manifest.NAME).read_text()
    assert old in text
    (folder / manifest.NAME).write_text(text.replace(old, new))


def spoil(zipped: Path, target: Path, *, drop: str = "", add: str = "") -> Path:
    """A copy of a zip without the files whose names hold ``drop``, and with one called ``add``."""
    with zipfile.ZipFile(zipped) as opened:
        files = {name: opened.read(name) for name in opened.namelist() if not drop or drop not in name}
    archive.write(target, {**files, **({add: b""} if add else {})})
    return target


def test_a_zip_holds_the_extension_its_licence_and_its_wheels_and_no_more(zipped):
    with zipfile.ZipFile(zipped) as opened:
        names = set(opened.namelist())
        about = tomllib.loads(opened.read(manifest.NAME).decode())
    assert {"__init__.py", "LICENSE", "job/session.py", manifest.NAME} <= names
    assert not [name for name in names if name == "headless.py" or "__pycache__" in name or name.startswith(".")]
    assert {f"./{name}" for name in names if name.endswith(".whl")} == set(about["wheels"])
    assert about["platforms"] == ["linux-x64", "macos-arm64"]
    assert sorted(wheel.split("/")[-1].split("-")[0] for wheel in about["wheels"]) == [
        "clipmatrix_protocol", "msgspec", "msgspec", "pyzmq", "pyzmq",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "machine"), [("macos-arm64", "arm64"), ("macos-x64", "x86_64")])
def test_wheels_for_all_macs_are_named_for_each_as_the_first_blenders_4_2_want_it(tmp_path, monkeypatch, name, machine):
    def download(*_):
        (tmp_path / "pyzmq-27.3.0-cp311-cp311-macosx_10_15_universal2.whl").touch()
        return subprocess.CompletedProcess((), 0)

    monkeypatch.setattr(pip, "_pip", download)
    pip.download(tmp_path, "3.11", PLATFORMS[name])
    assert [path.name for path in tmp_path.iterdir()] == [f"pyzmq-27.3.0-cp311-cp311-macosx_11_0_{machine}.whl"]


def test_the_manifest_in_the_source_stays_as_it_is(built):
    assert not {"wheels", "platforms"} & manifest.read(SOURCE).keys()


def test_the_index_leads_to_the_zip_by_its_hash(built):
    (entry,) = json.loads((built / "index.json").read_text())["data"]
    contents = (built / entry["archive_url"]).read_bytes()
    assert entry["archive_hash"] == f"sha256:{hashlib.sha256(contents).hexdigest()}"
    assert entry["archive_size"] == len(contents)
    assert entry["python_versions"] == ["3.11"]
    assert entry["archive_url"].removeprefix("./") in (built / "index.html").read_text()


def test_the_same_source_makes_the_same_bytes_at_another_time_and_place(built, source, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    for path in source.rglob("*"):
        path.chmod(0o700)
        os.utime(path, (0, 0))
    again = Order(tmp_path / "again", ("3.11",), [PLATFORMS["linux-x64"], PLATFORMS["macos-arm64"]], source)
    for path in build(again):
        assert path.read_bytes() == (built / path.name).read_bytes(), path.name


def test_a_checkout_on_windows_has_the_same_bytes(tmp_path):
    if shutil.which("git") is None or not (SOURCE.parent / ".git").exists():
        pytest.skip("this is no checkout")
    clone = ["git", "-c", "core.autocrlf=true", "clone", "-q", str(SOURCE.parent), str(tmp_path / "clone")]
    subprocess.run(clone, check=True, timeout=60)
    cloned = (tmp_path / "clone" / SOURCE.name).rglob("*.*")
    assert not [path.name for path in cloned if path.suffix in (".py", ".toml", ".json") and b"\r" in path.read_bytes()]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"Mesh"', '"Wizardry"', "Wizardry"),
        ('id = "clipmatrix"', 'id = "clip matrix"', "id"),
        ('words of a prompt"', 'words of a prompt."', "tagline"),
        ('type = "add-on"', "type = add-on", "cannot be read"),
    ],
)
def test_a_manifest_that_blender_would_not_take_makes_no_zip(source, tmp_path, old, new, says):
    out = tmp_path / "out"
    out.mkdir()
    (out / "earlier.zip").write_text("an earlier one")
    edit(source, old, new)
    with pytest.raises(BuildError, match=says):
        build(Order(out, ("3.11",), [LINUX], source))
    assert [(path.name, path.read_text()) for path in out.iterdir()] == [("earlier.zip", "an earlier one")]


def test_what_is_pinned_is_what_both_sides_ask_for():
    asked = {}
    for package in (PROTOCOL, PROTOCOL.parent / "backend"):
        project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
        asked |= {Requirement(text).name: Requirement(text).specifier for text in project["dependencies"]}
    pins = [line.split()[0].split("==") for line in PINNED.read_text().splitlines() if "==" in line]
    assert {name for name, _ in pins} == {"msgspec", "pyzmq"}  # Blender brings numpy
    assert all(version in asked[name] for name, version in pins)


def test_a_source_that_names_wheels_itself_is_refused():
    with pytest.raises(BuildError, match="wheels of its own; take them out"):
        manifest.packed('id = "clipmatrix"\nwheels = []\n', ["linux-x64"], [])


def test_a_wheel_that_the_manifest_names_and_the_zip_lacks_is_noticed(zipped, tmp_path):
    broken = spoil(zipped, tmp_path / "broken.zip", drop="msgspec")
    blender.find().check(broken)  # Blender's own validator takes it
    with pytest.raises(BuildError, match=r"lacks \./wheels/msgspec"):
        checks.check(broken, "3.11", [LINUX])


def test_a_wheel_that_nobody_named_is_noticed(zipped, tmp_path):
    broken = spoil(zipped, tmp_path / "broken.zip", add="wheels/x-1-py3-none-any.whl")
    with pytest.raises(BuildError, match="does not name"):
        checks.check(broken, "3.11", [LINUX])


@pytest.mark.parametrize(
    ("python", "platform"), [("3.11", "windows-x64"), ("3.11", "macos-x64"), ("3.13", "linux-x64")]
)
def test_a_zip_that_lacks_a_package_for_what_it_is_for_is_noticed(zipped, python, platform):
    with pytest.raises(BuildError, match=f"msgspec, pyzmq for {platform}"):
        checks.check(zipped, python, [PLATFORMS[platform]])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--python", "2.7"], "2.7"),
        (["--python", "three"], "three"),
        (["--platform", "amiga-68k"], "amiga-68k"),
        (["--nonsense"], "--nonsense"),
        (["--out", "/dev/null/out"], "cannot write to /dev/null/out"),
    ],
)
def test_a_bad_option_gets_one_line_and_exit_code_2(arguments, says):
    done = script(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


def test_without_a_package_index_one_line_says_so_and_nothing_is_left(tmp_path):
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
    }
    done = script("--out", str(tmp_path / "out"), "--platform", "linux-x64", **nowhere)
    assert done.returncode == 2
    assert "does pip reach its package index?" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list((tmp_path / "out").iterdir())
