"""A batch file: a JSON list of runs, each of which may differ from the command line in what it names.

::

    [
      {"name": "knight", "prompts": ["a knight", {"text": "rust", "weight": 0.5}], "seed": 7},
      {"blend": "robot.blend", "prompts": ["a robot of copper"], "steps": 400}
    ]
"""

from codecs import BOM_UTF8
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from .requests import BadArguments
from .setting_options import ENTRY, checked

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._ -]{0,99}\Z")]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run as a batch file says it; what it does not say is as on the command line.

    Attributes
    ----------
    name
        Its folder's name; otherwise the file's, or made from the first prompt.
    prompts
        Texts, or objects with ``text`` or ``image`` (a file; relative to the batch file), ``weight``, ``shading``
        and so on.
    blend
        A file to open first; relative to the batch file.
    locked
        Labels of the regions that stay as they are; otherwise those of the command line.
    overrides
        Settings by name; a batch file has them beside the other fields.
    """

    name: Name = ""
    prompts: tuple[str | dict[str, Any], ...] = ()
    blend: str = ""
    figure: bool | None = None
    locked: tuple[str, ...] = ()
    overrides: dict[str, Any] = {}


def read_batch(path: Path) -> tuple[Entry, ...]:
    """Read a batch file.

    Raises
    ------
    BadArguments
        If it can't be read or says what is not understood, with the place in the file.
    """
    try:
        said = path.read_bytes().removeprefix(BOM_UTF8)  # which Notepad and PowerShell put before a text
        entries = tuple(_entry(one) for one in msgspec.json.decode(said, type=list[dict[str, Any]]))
    except OSError as error:
        raise BadArguments(f"{path} can't be read: {error.strerror}.", "Check --batch.") from error
    except BadArguments as error:
        raise BadArguments(f"{path}: {error.message}", error.remedy) from error
    except msgspec.DecodeError as error:
        raise BadArguments(
            f"{path} is no batch: {error}.", "It is a JSON list with one object for each run."
        ) from error
    if not entries:
        raise BadArguments(f"{path} asks for nothing.", "It is a JSON list with one object for each run.")
    return entries


def _entry(said: dict[str, Any]) -> Entry:
    own = {name: value for name, value in said.items() if name in ENTRY}
    overrides = {name: checked(name, value) for name, value in said.items() if name not in own}
    return msgspec.convert({**own, "overrides": overrides}, Entry)
