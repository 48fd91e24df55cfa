"""From source to zips: wheels fetched, manifest written, packed, checked, and only then put where they shall go."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import archive, blender, checks, manifest, pip, repository
from .errors import BuildError
from .targets import Platform, python_tag

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "blender_addon"
PROTOCOL = ROOT / "protocol"
LICENCE = ROOT / "LICENSE"


@dataclass(frozen=True)
class Order:
    """What to build.

    Attributes
    ----------
    out
        Where zips and index go; files of the same names are replaced.
    pythons
        Versions as in ``3.11``; each gets a zip of its own.
    platforms
        Every zip works on all of them.
    source
        The extension's folder.
    """

    out: Path
    pythons: Sequence[str]
    platforms: Sequence[Platform]
    source: Path = SOURCE


def build(order: Order) -> list[Path]:
    """Make the zips and the repository's index; if anything fails, what was in ``order.out`` is as it was.

    Raises
    ------
    BuildError
        If one of them can't be made, or is not what Blender installs.
    """
    tool = blender.find()
    about = manifest.read(order.source)
    tool.check(order.source)
    tags = {python: python_tag(python) for python in order.pythons}
    with _workshop(order.out) as folder:
        wheelhouse, made = Path(folder, "wheels"), Path(folder, "made")
        made.mkdir()
        pip.build(PROTOCOL, wheelhouse / "pure")
        for python, tag in tags.items():
            for platform in order.platforms:
                pip.download(wheelhouse / tag, python, platform)
            wheels = [*(wheelhouse / "pure").glob("*.whl"), *(wheelhouse / tag).glob("*.whl")]
            target = made / f"{about['id']}-{about['version']}-{tag}.zip"
            archive.write(target, _contents(order, wheels))
            tool.check(target)
            checks.check(target, python, order.platforms)
        repository.write(tool, made)
        names = sorted(path.name for path in made.iterdir())
        for name in names:
            (made / name).replace(order.out / name)
    return [order.out / name for name in names]


def _workshop(out: Path) -> "tempfile.TemporaryDirectory[str]":
    """Make a folder to work in, on the disk where the results go."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".building-", dir=out)
    except OSError as error:
        raise BuildError(f"cannot write to {out}: {error.strerror or error}") from error


def _contents(order: Order, wheels: Sequence[Path]) -> dict[str, bytes]:
    """Everything in one zip."""
    files = archive.source_files(order.source)
    packed = {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in wheels}
    text = manifest.packed(
        files[manifest.NAME].decode(),
        [platform.name for platform in order.platforms],
        [f"./{name}" for name in sorted(packed)],
    )
    return {**files, **packed, "LICENSE": LICENCE.read_bytes(), manifest.NAME: text.encode()}
