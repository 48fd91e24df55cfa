"""A scene's settings as options: whatever the panel shows can be said, under the property's own name.

``--texture-size 512`` on the command line, ``"texture_size": 512`` in a batch.
"""

import argparse
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ..errors import Refusal
from ..interface.properties import ClipMatrixSceneProperties
from .requests import BadArguments

APART = frozenset({"rna_type", "name", "prompts", "active_prompt", "prompt", "locked", "active_locked"})
"""Properties that are no settings, or have options of their own."""

ENTRY = ("name", "prompts", "blend", "figure", "locked")
"""What an entry of a batch says besides settings."""

Overrides = Mapping[str, Any]
"""Values of the settings that were named, by name, as :func:`checked` gives them."""


def options() -> dict[str, Any]:
    """The settings' definitions, :class:`bpy.types.Property` each, by name, in the order of the panels' groups."""
    found: Any = ClipMatrixSceneProperties.bl_rna
    return {one.identifier: one for one in found.properties if one.identifier not in APART}


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting; what was not named is missing from what is found."""
    group = parser.add_argument_group("settings", "What is not named is as the file has it.")
    for name, setting in options().items():
        group.add_argument(
            _flag(name), dest=f"set_{name}", default=argparse.SUPPRESS, help=_help(setting), **_kind(setting)
        )


def named(found: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line names, checked.

    Raises
    ------
    BadArguments
        As :func:`checked`.
    """
    values = vars(found)
    return {name: checked(name, values[f"set_{name}"]) for name in options() if f"set_{name}" in values}


def checked(name: str, value: Any) -> Any:
    """A setting's value as Blender takes it.

    Raises
    ------
    BadArguments
        If there is no such setting, or the value is of another type or out of range; Blender itself would cut it.
    """
    setting = options().get(name)
    if setting is None:
        near = difflib.get_close_matches(name, (*options(), *ENTRY), n=1)
        raise BadArguments(f"There is no setting {name!r}.", f"Perhaps {near[0]!r}?" if near else "See --help.")
    if getattr(setting, "is_array", False):
        if not isinstance(value, Sequence) or len(value) != setting.array_length:
            raise BadArguments(f"{name} takes {setting.array_length} numbers.")
        return tuple(_number(name, setting, one) for one in value)
    match setting.type:
        case "INT" | "FLOAT":
            return _number(name, setting, value)
        case "BOOLEAN":
            return _of_type(name, value, bool, "true or false")
        case "ENUM":
            known = list(setting.enum_items.keys())
            if str(value) not in known:
                raise BadArguments(f"{name} can't be {value}.", f"It is one of {', '.join(known)}.")
            return str(value)
        case _:
            return _of_type(name, value, str, "a text")


def put(settings: ClipMatrixSceneProperties, overrides: Overrides) -> None:
    """Set what was named.

    Raises
    ------
    Refusal
        If the file has no Action of a name.
    """
    for name, value in overrides.items():
        setattr(settings, name, _action(value) if options()[name].type == "POINTER" else value)


def _action(name: str) -> bpy.types.Action:
    found = bpy.data.actions.get(name)
    if found is None:
        there = ", ".join(bpy.data.actions.keys()) or "none"
        raise Refusal(f"There is no Action {name!r}.", f"The file has {there}.")
    return found


def _number(name: str, setting: Any, value: Any) -> int | float:
    kinds = (int,) if setting.type == "INT" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise BadArguments(f"{name} takes {'a whole number' if setting.type == 'INT' else 'a number'}, not {value!r}.")
    if not setting.hard_min <= value <= setting.hard_max:
        raise BadArguments(f"{name} is {value}, but runs from {setting.hard_min:g} to {setting.hard_max:g}.")
    return value


def _of_type(name: str, value: Any, kind: type, words: str) -> Any:
    if not isinstance(value, kind):
        raise BadArguments(f"{name} takes {words}, not {value!r}.")
    return value


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _help(setting: Any) -> str:
    """The tooltip, as a line of help."""
    text = setting.description.replace("%", "%%")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _kind(setting: Any) -> dict[str, Any]:
    """What argparse must know of an option."""
    match setting.type:
        case "INT" | "FLOAT":
            kind: dict[str, Any] = {"type": int if setting.type == "INT" else float, "metavar": "N"}
            return {**kind, "nargs": setting.array_length, "metavar": ("LOW", "HIGH")} if setting.is_array else kind
        case "BOOLEAN":
            return {"action": argparse.BooleanOptionalAction}
        case "ENUM":
            return {"metavar": f"{{{','.join(setting.enum_items.keys())}}}"}
        case _:
            return {"metavar": "NAME"}
