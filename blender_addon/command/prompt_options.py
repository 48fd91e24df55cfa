"""``--prompt TEXT`` and ``--image FILE``, as often as wanted, each followed by its ``--weight`` and the like."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
from clipmatrix_protocol import Prompt

from ..scene.regions import labelled
from .requests import BadArguments, Wanted

SHADINGS = get_args(get_type_hints(Prompt)["shading"])


BEGINNINGS = {"--prompt": "text", "--image": "image"}
"""What begins a prompt, and what of it that says."""


class _Begin(argparse.Action):
    """Begin a prompt with its text or its image."""

    def __call__(self, _parser: Any, found: Any, value: Any, option: str | None = None) -> None:
        assert option is not None
        found.prompts = [*(found.prompts or []), {BEGINNINGS[option]: value}]


class _Say(argparse.Action):
    """Say something about the prompt before."""

    def __call__(self, _parser: Any, found: Any, value: Any, option: str | None = None) -> None:
        if not found.prompts:
            raise BadArguments(f"{option} stands before any --prompt.", "Put it after the prompt that it is about.")
        found.prompts[-1][self.dest] = value


class _LookFrom(_Say):
    """Have the prompt before look from one place alone."""

    def __call__(self, parser: Any, found: Any, value: Any, option: str | None = None) -> None:
        super().__call__(parser, found, [value], option)


def add_prompts(parser: argparse.ArgumentParser) -> None:
    """Add the options; what they find is a list of dicts, ``prompts``."""
    group = parser.add_argument_group("prompts", "Several are possible; what is said about one follows it.")
    group.add_argument(
        "--prompt", dest="prompts", action=_Begin, metavar="TEXT", help="what the character should become"
    )
    group.add_argument(
        "--image", dest="prompts", action=_Begin, metavar="FILE", help="a picture of it, in place of a text"
    )
    group.add_argument(
        "--weight", action=_Say, type=float, default=argparse.SUPPRESS, metavar="NUMBER",
        help="how much the prompt counts beside the others (1); below 0 it pushes away",
    )  # fmt: skip
    group.add_argument(
        "--instead-of", dest="origin", action=_Say, default=argparse.SUPPRESS, metavar="TEXT",
        help="what the character looks like now: asks for the difference between the two",
    )  # fmt: skip
    group.add_argument(
        "--shading", action=_Say, choices=SHADINGS, default=argparse.SUPPRESS,
        help="whether the prompt judges the finished look (textured), the bare geometry (plain), or both",
    )  # fmt: skip
    group.add_argument(
        "--look-from", dest="cameras", action=_LookFrom, default=argparse.SUPPRESS, metavar="CAMERA",
        help="what alone the prompt looks through or at: “orbit”, a camera of the scene by its name, “group: NAME” for "
        "a vertex group, “bone: NAME” for all that a bone moves (all cameras)",
    )  # fmt: skip
    group.add_argument(
        "--paints", action=_Say, nargs="+", default=argparse.SUPPRESS, metavar="PART",
        help="the parts, by their objects' names, whose textures alone the prompt changes (all)",
    )  # fmt: skip


def add_regions(parser: argparse.ArgumentParser) -> None:
    """Add the option for what stays as it is; what it finds is a list of texts, ``locked``."""
    parser.add_argument(
        "--lock", dest="locked", action="append", default=[], metavar="REGION",
        help="what stays exactly as it is: “group: NAME” for a vertex group, “bone: NAME” for all that a bone moves; "
        "“all but group: NAME” locks the rest, so that this alone may change; as often as wanted",
    )  # fmt: skip


def locks(found: Sequence[str]) -> tuple[str, ...]:
    """Check what shall be locked.

    Raises
    ------
    BadArguments
        If a text is no label of a region.
    """
    for label in found:
        if labelled(label) is None:
            raise BadArguments(
                f"“{label}” is no region.", "Say “group: NAME” or “bone: NAME”, after “all but” if you like."
            )
    return tuple(found)


def prompts(found: Sequence[Any], folder: Path) -> Wanted:
    """Turn texts, or dicts as :class:`Prompt` has them, into prompts; an ``image`` is a file.

    Parameters
    ----------
    folder
        Where the images' paths begin.

    Raises
    ------
    BadArguments
        If one is empty, too long or out of range, or there is no such file.
    """
    made, images = [], []
    for one in found:
        values = {"text": one} if isinstance(one, str) else dict(one)
        if "image" in values:
            path = _image(folder, values["image"])
            images += [path] if path not in images else []
            values["image"] = images.index(path)
        elif not str(values.get("text", "")).strip():
            raise BadArguments("The prompt is empty.", 'Say what the character should become, as in "a red figure".')
        try:
            made.append(msgspec.convert(values, Prompt))
        except msgspec.ValidationError as error:
            raise BadArguments(f"A prompt does not work: {error}.") from error
    return Wanted(tuple(made), tuple(images))


def _image(folder: Path, name: Any) -> Path:
    path = (folder / str(name)).resolve()
    if not path.is_file():
        raise BadArguments(f"There is no image {path}.", "Check --image, or the batch.")
    return path
