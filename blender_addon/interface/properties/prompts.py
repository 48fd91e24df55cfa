"""One prompt of the list, and the line of text that stands for the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, StringProperty
from clipmatrix_protocol import Brief, Prompt

from .. import fields

if TYPE_CHECKING:
    from .scene import ClipMatrixSceneProperties

FIRST = "a red figure"
"""What a scene asks for that nobody has written a prompt into; its list is empty."""

MOST_PROMPTS = fields.most(Brief, "prompts")
"""How many prompts one job takes."""

SHADINGS = {
    "both": ("Look and Shape", "Judges the finished look and the bare geometry, each in its turn"),
    "textured": ("Look", "Judges the finished look, texture included"),
    "plain": ("Shape", "Judges the bare geometry, without its texture"),
}
"""Name and description for each choice of ``Prompt.shading``."""


class ClipMatrixPrompt(bpy.types.PropertyGroup):
    """One prompt; ranges and defaults are those of ``clipmatrix_protocol.brief.Prompt``."""

    # No length limit here: Blender would cut a long text silently, where the brief says what is wrong with it.
    text: StringProperty(  # type: ignore[valid-type]
        name="Text", description="What the character should become, in plain words"
    )
    origin: StringProperty(  # type: ignore[valid-type]
        name="Instead Of",
        description="What the character looks like now, as in “a grey figure”; the prompt then asks for the difference",
    )
    weight: FloatProperty(  # type: ignore[valid-type]
        name="Weight",
        description="How much this prompt counts beside the others; below 0 it pushes away",
        precision=2,
        step=10,
        **fields.number(Prompt, "weight"),
    )
    shading: EnumProperty(  # type: ignore[valid-type]
        name="Judge",
        description="Whether the prompt judges the finished look, the bare geometry, or both",
        **fields.choice(Prompt, "shading", SHADINGS),
    )
    mute: BoolProperty(  # type: ignore[valid-type]
        name="Mute", description="Leave this prompt out of the next job", default=False
    )


def written(settings: ClipMatrixSceneProperties) -> list[Prompt]:
    """Prompts as they travel, the muted ones left out.

    Raises
    ------
    ValueError
        If a text is empty or too long, with a sentence that says so.
    """
    if not settings.prompts:
        return [Prompt(text=FIRST)]
    return [_message(one) for one in settings.prompts if not one.mute]


def nothing_written(settings: ClipMatrixSceneProperties) -> bool:
    """Tell whether no prompt has a text; that all are muted is said by the brief."""
    return bool(settings.prompts) and not any(one.text.strip() for one in settings.prompts)


def fill_prompts(settings: ClipMatrixSceneProperties, prompts: tuple[Prompt, ...]) -> None:
    """Have the list hold exactly these prompts, none muted; the first is the active one."""
    settings.prompts.clear()
    for prompt in prompts:
        one = settings.prompts.add()
        one.text, one.origin, one.weight, one.shading = prompt.text, prompt.origin, prompt.weight, prompt.shading
    settings.active_prompt = 0


def add_prompt(settings: ClipMatrixSceneProperties, text: str) -> ClipMatrixPrompt:
    """Append a prompt and make it the active one; what an untouched scene asks for is written down before."""
    if not settings.prompts:
        settings.prompts.add().text = FIRST
    made: ClipMatrixPrompt = settings.prompts.add()
    made.text = text
    settings.active_prompt = len(settings.prompts) - 1
    return made


def get_first(settings: ClipMatrixSceneProperties) -> str:
    """The first prompt's text: what the single line shows."""
    return str(settings.prompts[0].text) if settings.prompts else FIRST


def set_first(settings: ClipMatrixSceneProperties, text: str) -> None:
    """Write into the single line."""
    if not settings.prompts:
        settings.prompts.add()
    settings.prompts[0].text = text


def _message(one: ClipMatrixPrompt) -> Prompt:
    return Prompt(
        text=one.text.strip(), origin=one.origin.strip(), weight=fields.plain(one.weight), shading=one.shading
    )
