"""From what was written on the command line to the runs it asks for."""

import argparse
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..interface.properties import seeds
from .batch import Entry, read_batch
from .opening import ENDINGS, can_open
from .prompt_options import locks, prompts
from .requests import EXPORTS, BadArguments, ExportRequest, Run, Wanted
from .setting_options import named

NAME_LETTERS = 40
"""Longest name that is made from a prompt."""

DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)
"""What no folder on Windows may be called, with or without an ending."""


def plan(found: argparse.Namespace) -> tuple[Run, ...]:
    """Make the runs: one for each entry of the batch, else one for each .blend, else one; each in all its variations.

    Raises
    ------
    BadArguments
        If something is missing, out of range, not there, or can't be written.
    """
    if found.motion and not found.motion.is_file():
        raise BadArguments(f"There is no file {found.motion}.", "Check --motion.")
    blends = [Path(blend).resolve() for blend in found.blend or ()]
    if found.batch:
        entries, folder = read_batch(found.batch), found.batch.resolve().parent
        if len(blends) > 1:
            raise BadArguments("--batch goes with one --blend at most.", "Name the files in the batch.")
        asked = [(entry, folder / entry.blend if entry.blend else _first(blends)) for entry in entries]
        return _in_folders(found, [run for one in asked for run in _runs(found, *one)])
    if len(blends) > 1:
        return _in_folders(found, [run for blend in blends for run in _runs(found, Entry(), blend)])
    run, *others = _runs(found, Entry(), _first(blends))
    if others:
        return _in_folders(found, [run, *others])
    if found.out is None and not found.export:
        raise BadArguments("Nothing is to be written.", "Name a folder with --out, or a file with --export.")
    if found.out is None and found.film_growth:
        raise BadArguments("The film of the growth has no place.", "Name a folder with --out.")
    out = _writable(found.out.resolve()) if found.out else None
    return (replace(run, out=out, exports=_exports(found.export)),)


def plan_export(found: argparse.Namespace) -> ExportRequest:
    """Make what ``export`` is asked for.

    Raises
    ------
    BadArguments
        If the file is not there, or an export can't be written.
    """
    blend = Path(found.blend).resolve() if found.blend else None
    _check_file(blend)
    return ExportRequest(blend, _exports(found.export))


def _runs(found: argparse.Namespace, entry: Entry, blend: Path | None) -> list[Run]:
    """One run, or as many as there are variations, with seeds that count up from its own, or from 0."""
    run = _run(found, entry, blend)
    count, first = run.overrides.get("variations", 1), run.overrides.get("seed", 0)
    if count == 1:
        return [run]
    return [
        replace(run, name=f"{run.name}-seed-{seed}", overrides={**run.overrides, "seed": seed})
        for seed in seeds(first, count)
    ]


def _run(found: argparse.Namespace, entry: Entry, blend: Path | None) -> Run:
    wanted = _wanted(found, entry)
    if not wanted.prompts:
        raise BadArguments("There is no prompt.", 'Say one with --prompt, as in --prompt "a red figure".')
    _check_file(blend)
    overrides = {**named(found), **entry.overrides}
    return Run(
        name=entry.name or (blend.stem if blend else _words(_said(wanted))),
        wanted=wanted,
        overrides=overrides,
        figure=found.figure if entry.figure is None else entry.figure,
        blend=blend,
        out=None,
        exports=(),
    )


def _wanted(found: argparse.Namespace, entry: Entry) -> Wanted:
    """The entry's own prompts, whose images lie beside the batch, or those of the command line; likewise locks."""
    folder = found.batch.resolve().parent if entry.prompts else Path()
    wanted = prompts(entry.prompts or found.prompts or (), folder)
    return replace(wanted, locked=locks(entry.locked or found.locked))


def _said(wanted: Wanted) -> str:
    """The first prompt's text, or its image's name."""
    first = wanted.prompts[0]
    return first.text if first.image is None else wanted.images[first.image].stem


def _in_folders(found: argparse.Namespace, runs: Sequence[Run]) -> tuple[Run, ...]:
    """Give each run a folder of its own below ``--out``, and its exports a place in there."""
    if found.out is None:
        raise BadArguments("Several runs need a folder.", "Name one with --out.")
    if any(Path(export).name != str(export) for export in found.export):
        raise BadArguments(
            "With several runs --export takes a file name without a folder.",
            "Each run writes into its own below --out.",
        )
    made: list[Run] = []
    names: set[str] = set()
    for run in runs:
        name = _unused(_fit(run.name), names)
        folder = _writable(found.out.resolve() / name)
        exports = _exports([folder / export for export in found.export])
        made.append(replace(run, name=name, out=folder, exports=exports))
    return tuple(made)


def _fit(name: str) -> str:
    """A name that a folder may have on Windows, too: no device's, and without dots and spaces at its end."""
    name = name.rstrip(". ")
    return f"_{name}" if DEVICE.fullmatch(name.partition(".")[0].rstrip()) else name


def _unused(name: str, names: set[str]) -> str:
    candidate, number = name, 1
    while candidate.casefold() in names:
        number += 1
        candidate = f"{name}-{number}"
    names.add(candidate.casefold())
    return candidate


def _words(text: str) -> str:
    """A folder's name from a prompt: its letters and digits, with dashes between the words."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:NAME_LETTERS].strip("-") or "character"


def _first(blends: Sequence[Path]) -> Path | None:
    return blends[0] if blends else None


def _check_file(blend: Path | None) -> None:
    if blend is None:
        return
    if not blend.is_file():
        raise BadArguments(f"There is no file {blend}.", "Check --blend, or the batch.")
    if not can_open(blend):
        raise BadArguments(f"{blend} ends in none of {', '.join(ENDINGS)}.", "Give --blend one of these.")


def _exports(paths: Sequence[Path]) -> tuple[Path, ...]:
    for path in paths:
        if path.suffix.lower() not in EXPORTS:
            raise BadArguments(f"{path} ends in none of {', '.join(EXPORTS)}.", "Give --export one of these endings.")
        _writable(path.resolve().parent)
    return tuple(path.resolve() for path in paths)


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise BadArguments(f"The folder {folder} can't be written: {error.strerror}.", "Choose another one.") from error
