"""What a command line names: files, prompts beside them, lists of prompts. Checked before anything is loaded."""

from pathlib import Path

import msgspec

from ..errors import UsageError

ENDINGS = (".glb", ".blend")
"""What can be evaluated."""

REPORT = "report.json"
"""Where a demo says what it was asked for, beside its character."""


def check_file(path: Path) -> None:
    """Refuse what is not there, or is neither .glb nor .blend.

    Raises
    ------
    UsageError
        Which file, and what would do.
    """
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"{path} is neither .glb nor .blend", "export the character as .glb")
    if not path.is_file():
        raise UsageError(f"there is no file {path}")


def label(path: Path) -> str:
    """Name a file for people; all demos call theirs ``character``, so their folder tells them apart."""
    return path.resolve().parent.name if path.stem == "character" else path.stem


def prompt_of(path: Path) -> str:
    """Read the prompt of a file from the report beside it.

    Raises
    ------
    UsageError
        If there is none.
    """
    report = path.resolve().parent / REPORT
    try:
        prompt = msgspec.json.decode(report.read_bytes())["prompt"]
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise UsageError(f"nothing says what {path} should look like", "say it with --prompt") from error
    if not isinstance(prompt, str) or not prompt.strip():
        raise UsageError(f"{report} holds no prompt", "say it with --prompt")
    return prompt


def prompts_in(path: Path) -> tuple[str, ...]:
    """Read a list of prompts, one a line; empty lines are left out.

    Raises
    ------
    UsageError
        If it cannot be read or is empty.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # Notepad may put a mark before it
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read prompts from {path}", "name a text file with one prompt a line") from error
    prompts = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not prompts:
        raise UsageError(f"{path} holds no prompts", "write one a line")
    return prompts


def check_folder(folder: Path) -> None:
    """Make a folder, and see that it can be written.

    Raises
    ------
    UsageError
        If it cannot.
    """
    probe = folder / ".clipmatrix-evaluation"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror}", "choose another folder with --out") from error
