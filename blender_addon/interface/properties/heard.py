"""Which prompts of the list the next job hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .prompts import ClipMatrixPrompt
    from .scene import ClipMatrixSceneProperties


def heard(settings: ClipMatrixSceneProperties) -> list[ClipMatrixPrompt]:
    """The prompts that are not muted."""
    return [one for one in settings.prompts if not one.mute]
