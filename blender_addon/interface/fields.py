"""Defaults and ranges of the protocol's Structs, as keyword arguments for Blender properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import msgspec.inspect
import numpy as np


def _field(struct: type[msgspec.Struct], name: str) -> msgspec.inspect.Field:
    kind = msgspec.inspect.type_info(struct)
    if not isinstance(kind, msgspec.inspect.StructType):
        raise TypeError(f"{struct.__name__} is no Struct")
    for candidate in kind.fields:
        if candidate.name == name:
            return candidate
    raise KeyError(f"{struct.__name__} has no field {name!r}")


def number(struct: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """``default``, ``min`` and ``max`` of an int or float field, for Int- and FloatProperty."""
    found = _field(struct, name)
    if not isinstance(found.type, msgspec.inspect.IntType | msgspec.inspect.FloatType):
        raise TypeError(f"{struct.__name__}.{name} is no number")
    limits: dict[str, Any] = {"default": found.default}
    if found.type.ge is not None:
        limits["min"] = found.type.ge
    if found.type.le is not None:
        limits["max"] = found.type.le
    elif found.type.lt is not None:
        limits["max"] = found.type.lt - 1
    return limits


def flag(struct: type[msgspec.Struct], name: str) -> dict[str, bool]:
    """``default`` of a bool field, for BoolProperty."""
    found = _field(struct, name)
    if not isinstance(found.type, msgspec.inspect.BoolType):
        raise TypeError(f"{struct.__name__}.{name} is no flag")
    return {"default": bool(found.default)}


def text(struct: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """``default`` and ``maxlen`` of a str field, for StringProperty."""
    found = _field(struct, name)
    if not isinstance(found.type, msgspec.inspect.StrType):
        raise TypeError(f"{struct.__name__}.{name} is no text")
    default = found.default if isinstance(found.default, str) else ""
    return {"default": default, "maxlen": found.type.max_length or 0}


def choice(
    struct: type[msgspec.Struct], name: str, words: Mapping[str, tuple[str, str]] | None = None
) -> dict[str, Any]:
    """``items`` and ``default`` of a Literal field, for EnumProperty; identifiers are the values as text.

    Parameters
    ----------
    words
        Name and description of each value; without them a value is its own name.
    """
    options = [str(value) for value in values(struct, name)]
    said = words or {value: (value.capitalize(), "") for value in options}
    return {"items": [(value, *said[value]) for value in options], "default": str(_field(struct, name).default)}


def values(struct: type[msgspec.Struct], name: str) -> tuple[Any, ...]:
    """What a Literal field may be."""
    found = _field(struct, name)
    if not isinstance(found.type, msgspec.inspect.LiteralType):
        raise TypeError(f"{struct.__name__}.{name} is no choice")
    return tuple(found.type.values)


def span(struct: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """``default`` and ``size`` of a (low, high) field, for FloatVectorProperty."""
    return {"default": _field(struct, name).default, "size": 2}


def most(struct: type[msgspec.Struct], name: str) -> int:
    """How many items a tuple field takes."""
    found = _field(struct, name)
    if not isinstance(found.type, msgspec.inspect.VarTupleType) or found.type.max_length is None:
        raise TypeError(f"{struct.__name__}.{name} has no bound")
    return found.type.max_length


def plain(value: float) -> float:
    """The shortest number that single precision can't tell from ``value``: 0.3 for 0.30000001192092896."""
    return float(str(np.float32(value)))
