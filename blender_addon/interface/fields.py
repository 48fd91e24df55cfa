"""Blender properties made from the fields of the protocol's Structs: label, tooltip, default and range are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
import msgspec
import msgspec.inspect
import numpy as np

Words = Mapping[str, tuple[str, str]]
"""Name and description of each value of a choice, by the value as text."""


def prop(struct: type[msgspec.Struct], name: str, words: Words | None = None, **more: Any) -> Any:
    """The property of a field, to be annotated in a PropertyGroup.

    Parameters
    ----------
    words
        What the values of a choice are called; without them a value is its own name.
    more
        What Blender wants to know besides, such as ``soft_max``; also in place of what the field says.

    Raises
    ------
    TypeError
        If there is no property for fields of its type.
    """
    found, label = _field(struct, name), _labels(struct, name)
    match _bare(found.type):
        case msgspec.inspect.BoolType():
            return bpy.props.BoolProperty(**{**label, "default": bool(found.default), **more})
        case msgspec.inspect.IntType():
            return bpy.props.IntProperty(**{**label, **number(struct, name), **more})
        case msgspec.inspect.FloatType():
            return bpy.props.FloatProperty(**{**label, **number(struct, name), **more})
        case msgspec.inspect.StrType():
            return bpy.props.StringProperty(**{**label, **text(struct, name), **more})
        case msgspec.inspect.LiteralType():
            return bpy.props.EnumProperty(**{**label, **_choice(struct, name, words), **more})
        case msgspec.inspect.TupleType(item_types=items):
            size = {"default": found.default, "size": len(items)}
            return bpy.props.FloatVectorProperty(**{**label, **size, **more})
        case other:
            raise TypeError(f"no property for {struct.__name__}.{name}, a {type(other).__name__}")


def number(struct: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """``default``, ``min`` and ``max`` of an int or float field."""
    found = _field(struct, name)
    kind = _bare(found.type)
    if not isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType):
        raise TypeError(f"{struct.__name__}.{name} is no number")
    limits: dict[str, Any] = {"default": found.default}
    if kind.ge is not None:
        limits["min"] = kind.ge
    if kind.le is not None:
        limits["max"] = kind.le
    elif kind.lt is not None:
        limits["max"] = kind.lt - 1
    return limits


def text(struct: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """``default`` and ``maxlen`` of a str field."""
    found = _field(struct, name)
    kind = _bare(found.type)
    if not isinstance(kind, msgspec.inspect.StrType):
        raise TypeError(f"{struct.__name__}.{name} is no text")
    default = found.default if isinstance(found.default, str) else ""
    return {"default": default, "maxlen": kind.max_length or 0}


def values(struct: type[msgspec.Struct], name: str) -> tuple[Any, ...]:
    """What a Literal field may be."""
    kind = _bare(_field(struct, name).type)
    if not isinstance(kind, msgspec.inspect.LiteralType):
        raise TypeError(f"{struct.__name__}.{name} is no choice")
    return tuple(kind.values)


def most(struct: type[msgspec.Struct], name: str) -> int:
    """How many items a tuple field takes."""
    kind = _bare(_field(struct, name).type)
    if not isinstance(kind, msgspec.inspect.VarTupleType) or kind.max_length is None:
        raise TypeError(f"{struct.__name__}.{name} has no bound")
    return kind.max_length


def plain(value: float) -> float:
    """The shortest number that single precision can't tell from ``value``: 0.3 for 0.30000001192092896."""
    return float(str(np.float32(value)))


def _field(struct: type[msgspec.Struct], name: str) -> msgspec.inspect.Field:
    kind = msgspec.inspect.type_info(struct)
    if not isinstance(kind, msgspec.inspect.StructType):
        raise TypeError(f"{struct.__name__} is no Struct")
    for candidate in kind.fields:
        if candidate.name == name:
            return candidate
    raise KeyError(f"{struct.__name__} has no field {name!r}")


def _bare(kind: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """The type without label and tooltip."""
    return kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind


def _labels(struct: type[msgspec.Struct], name: str) -> dict[str, str]:
    """``name`` and ``description`` of a field."""
    kind = _field(struct, name).type
    said = (kind.extra_json_schema if isinstance(kind, msgspec.inspect.Metadata) else None) or {}
    return {"name": said["title"], "description": said["description"]}


def _choice(struct: type[msgspec.Struct], name: str, words: Words | None) -> dict[str, Any]:
    """``items`` and ``default`` of a Literal field; identifiers are the values as text."""
    options = [str(value) for value in values(struct, name)]
    said = words or {value: (value.capitalize(), "") for value in options}
    return {"items": [(value, *said[value]) for value in options], "default": str(_field(struct, name).default)}
