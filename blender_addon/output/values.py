"""What Actions set, by its data path: reading it, and putting it back.

Besides transforms these are custom properties, such as the switches between IK and FK, and influences of constraints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ..scene.posing.curves import curves

AT_REST = {
    "location": (0.0, 0.0, 0.0),
    "rotation_euler": (0.0, 0.0, 0.0),
    "rotation_quaternion": (1.0, 0.0, 0.0, 0.0),
    "rotation_axis_angle": (0.0, 0.0, 1.0, 0.0),
    "scale": (1.0, 1.0, 1.0),
}
"""What places an object or a bone, in whichever rotation mode, and what it is where a bone is in its rest pose."""

STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[\d+\]|\.?[^.\[]+')
"""One step along a data path: a quoted name in brackets, an index in brackets, or an attribute."""


@dataclass(frozen=True)
class Value:
    """A property as it was; refers to its owner, and is not to be kept.

    Attributes
    ----------
    owner
        What has it: an object, a bone, a constraint, a shape key.
    name
        An attribute's; a custom property's where ``custom``.
    was
        A number, a text, or a tuple of numbers.
    """

    owner: Any
    name: str
    was: Any
    custom: bool = False

    @property
    def at_rest(self) -> Value:
        """As the rest pose has it, if it places a bone; otherwise as it is."""
        of_a_bone = self.name in AT_REST and isinstance(self.owner, bpy.types.PoseBone)
        return replace(self, was=AT_REST[self.name]) if of_a_bone else self

    def put_back(self) -> None:
        """Give the property its value again, unless it still has it."""
        now = _plain(self.owner[self.name] if self.custom else getattr(self.owner, self.name))
        if repr(now) == repr(self.was):  # to the sign of a zero
            return
        if not self.custom:
            setattr(self.owner, self.name, self.was)
        elif isinstance(self.was, tuple):
            self.owner[self.name][:] = self.was  # in place: it stays what it is, of floats or of doubles
        else:
            self.owner[self.name] = self.was


def attributes(owner: Any, names: Iterable[str]) -> Iterator[Value]:
    """What these attributes of something are now."""
    for name in names:
        yield Value(owner, name, _plain(getattr(owner, name)))


def set_by(thing: bpy.types.Object, actions: Iterable[bpy.types.Action]) -> Iterator[Value]:
    """What the object has of all that these Actions set, as it is now; it may lack some: a bone that is gone."""
    for path in dict.fromkeys(curve.data_path for action in actions for curve in curves(action)):
        *_, last = STEP.finditer(path or "none")
        before, custom = path[: last.start()], last[1] is not None
        name = bpy.utils.unescape_identifier(last[1]) if custom else last[0].removeprefix(".")
        try:
            owner: Any = thing.path_resolve(before) if before else thing
            yield Value(owner, name, _plain(owner[name] if custom else getattr(owner, name)), custom)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue


def _plain(value: Any) -> Any:
    """A value that does not change with its owner."""
    return value if isinstance(value, float | int | str) else tuple(value)
