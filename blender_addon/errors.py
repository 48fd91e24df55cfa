"""What the extension says when it can't go on: one sentence, and the operator that helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fix:
    """A button that removes the cause.

    Attributes
    ----------
    operator
        Its ``bl_idname``, as in ``"clipmatrix.unwrap"``.
    label
        What the button says.
    properties
        Values for the operator's properties.
    """

    operator: str
    label: str
    properties: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Something can't be done; carries its remedy.

    Attributes
    ----------
    message
        One sentence: what is wrong.
    remedy
        One sentence: what to do; may be empty where the button says it all.
    fix
        The button, or None.
    """

    def __init__(self, message: str, remedy: str = "", fix: Fix | None = None) -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy
        self.fix = fix

    @property
    def operator(self) -> str:
        """The fixing operator's ``bl_idname``; empty if there is none."""
        return self.fix.operator if self.fix else ""


def reason(error: Exception) -> str:
    """What one of Blender's operators says it failed at, on one line; of a script that stumbled, its last word."""
    said = [line.strip().removeprefix("Error: ") for line in str(error).splitlines()]
    lines = [line for line in said if line and not line.startswith("Location: ")]
    stumbled = any(line.endswith("Traceback (most recent call last):") for line in lines)
    return lines[-1] if stumbled else " ".join(lines)
