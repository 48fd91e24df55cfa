"""A scene's settings as the brief that travels, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import bpy
import msgspec
import numpy as np
from clipmatrix_protocol import Brief, Prompt, Settings, Vary
from msgspec.structs import replace

from ...errors import Refusal
from ...scene.materials.exemplars import exemplar, refuse_without_pixels
from .. import fields
from . import cameras, prompts, regions
from .heard import heard

if TYPE_CHECKING:
    from .scene import ClipMatrixSceneProperties

LONGEST = fields.text(Prompt, "text")["maxlen"]
"""Letters a prompt may have."""

SEEDS = fields.number(Settings, "seed")["max"] + 1
"""How many seeds there are."""


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
        "locked": [stretch.label for stretch in regions.locked(settings)],
        "settings": {name: _value(settings, name) for name in Settings.__struct_fields__},
    }
    values["settings"]["texture_size"] = int(values["settings"]["texture_size"])
    try:
        return msgspec.convert(values, Brief)
    except msgspec.ValidationError as error:
        raise Refusal(f"A setting is not possible: {error}.", "Change it, then try again.") from error


def variations(brief: Brief, count: int) -> tuple[Brief, ...]:
    """The same with as many seeds, from its own upwards."""
    wanted = seeds(brief.settings.seed, count)
    return tuple(replace(brief, settings=replace(brief.settings, seed=seed)) for seed in wanted)


def seeds(first: int, count: int) -> list[int]:
    """As many seeds from the first upwards; after the highest comes 0."""
    return [(first + place) % SEEDS for place in range(count)]


def exemplars(settings: ClipMatrixSceneProperties) -> tuple[np.ndarray, ...]:
    """The images that the brief's prompts count, (H, W, 3) uint8 sRGB each, row 0 at the bottom.

    Raises
    ------
    Refusal
        If one has no pixels.
    """
    return tuple(exemplar(image) for image in prompts.images(settings))


def restore(settings: ClipMatrixSceneProperties, brief: Brief, shown: Sequence[bpy.types.Image | None] = ()) -> None:
    """Have the scene ask for exactly this brief; the inverse of :func:`brief`.

    What is no part of a brief does not come back: muted prompts, and images but those ``shown``, in their order.
    """
    prompts.fill_prompts(settings, brief.prompts, shown)
    for name in Vary.__struct_fields__:
        setattr(settings, f"vary_{name}", getattr(brief.vary, name))
    cameras.look_from(settings, brief)
    regions.fill_locked(settings, brief.locked)
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
    listened = heard(settings)
    if settings.prompts and not listened:
        raise Refusal("All prompts are muted.", "Switch one of them on.")
    for one in listened:
        if one.kind == "IMAGE":
            _refuse_image(one)
        elif not one.text.strip():
            raise Refusal("A prompt is empty.", "Write what the character should become.")
        elif max(len(one.text.strip()), len(one.origin.strip())) > LONGEST:
            raise Refusal(f"A prompt is longer than {LONGEST} letters.", "Shorten it, or make two of it.")
    if listened and all(one.weight == 0 for one in listened):
        raise Refusal("All prompts have the weight 0.", "Give one of them more.")


def _refuse_image(one: prompts.ClipMatrixPrompt) -> None:
    if one.image is None:
        raise Refusal("An image prompt has no image.", "Choose one, or remove the prompt.")
    refuse_without_pixels(one.image)


def _value(settings: ClipMatrixSceneProperties, name: str) -> Any:
    """A property's value as a plain Python one, floats without the digits that single precision adds."""
    value = getattr(settings, name)
    if isinstance(value, float):
        return fields.plain(value)
    if isinstance(value, int | str):
        return value
    return tuple(fields.plain(number) for number in value)
