"""A scene's settings as the brief that travels, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from clipmatrix_protocol import Brief, Prompt, Settings, Vary

from ...errors import Refusal
from .. import fields
from . import cameras, prompts

if TYPE_CHECKING:
    from .scene import ClipMatrixSceneProperties

LONGEST = fields.text(Prompt, "text")["maxlen"]
"""Letters a prompt may have."""


def brief(settings: ClipMatrixSceneProperties) -> Brief:
    """What the backend is asked for; the inverse of :func:`restore`.

    Raises
    ------
    Refusal
        If a value is not possible, such as an empty prompt or a camera range from high to low.
    """
    _refuse_prompts(settings)
    values = {
        "prompts": msgspec.to_builtins(prompts.written(settings)),
        "vary": {name: _value(settings, f"vary_{name}") for name in Vary.__struct_fields__},
        "cameras": _cameras(settings),
        "settings": {name: _value(settings, name) for name in Settings.__struct_fields__},
    }
    values["settings"]["texture_size"] = int(settings.texture_size)
    try:
        return msgspec.convert(values, Brief)
    except msgspec.ValidationError as error:
        raise Refusal(f"A setting is not possible: {error}.", "Change it, then try again.") from error


def restore(settings: ClipMatrixSceneProperties, brief: Brief) -> None:
    """Have the scene ask for exactly this brief; the inverse of :func:`brief`."""
    prompts.fill_prompts(settings, brief.prompts)
    for name in Vary.__struct_fields__:
        setattr(settings, f"vary_{name}", getattr(brief.vary, name))
    cameras.look_from(settings, brief.cameras)
    for name in Settings.__struct_fields__:
        value = getattr(brief.settings, name)
        setattr(settings, name, str(value) if name == "texture_size" else value)


def _cameras(settings: ClipMatrixSceneProperties) -> Any:
    try:
        return msgspec.to_builtins(cameras.looked_from(settings))
    except ValueError as error:
        raise Refusal(f"A setting is not possible: {error}.", "Change it, then try again.") from error


def _refuse_prompts(settings: ClipMatrixSceneProperties) -> None:
    """Refuse what :class:`Prompt` would, in an artist's words."""
    heard = [one for one in settings.prompts if not one.mute]
    if settings.prompts and not heard:
        raise Refusal("All prompts are muted.", "Switch one of them on.")
    for one in heard:
        if not one.text.strip():
            raise Refusal("A prompt is empty.", "Write what the character should become.")
        if max(len(one.text.strip()), len(one.origin.strip())) > LONGEST:
            raise Refusal(f"A prompt is longer than {LONGEST} letters.", "Shorten it, or make two of it.")
    if heard and all(one.weight == 0 for one in heard):
        raise Refusal("All prompts have the weight 0.", "Give one of them more.")


def _value(settings: ClipMatrixSceneProperties, name: str) -> Any:
    """A property's value as a plain Python one, floats without the digits that single precision adds."""
    value = getattr(settings, name)
    if isinstance(value, float):
        return fields.plain(value)
    if isinstance(value, int | str):
        return value
    return tuple(fields.plain(number) for number in value)
