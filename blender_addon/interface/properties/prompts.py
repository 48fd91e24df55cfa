"""One prompt of the list, and the line of text that stands for the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, EnumProperty, PointerProperty, StringProperty
from clipmatrix_protocol import Brief, CameraRegion, Prompt

from .. import fields
from . import looks, paints, regions
from .heard import heard

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

KINDS = [
    ("TEXT", "Text", "Words say what the character should become"),
    ("IMAGE", "Image", "An image shows what the character should become"),
]


def _is_picture(_one: ClipMatrixPrompt, image: bpy.types.Image) -> bool:
    """Tell whether an image holds pixels of its own, which those that only show a render don't."""
    return image.source != "VIEWER"


def _offered_regions(one: ClipMatrixPrompt, context: bpy.types.Context, typed: str) -> list[str]:
    return regions.offered(one.looks, context, typed)


class ClipMatrixPrompt(bpy.types.PropertyGroup):
    """One prompt; ranges and defaults are those of ``clipmatrix_protocol.brief.Prompt``."""

    kind: EnumProperty(  # type: ignore[valid-type]
        name="Kind", description="Whether words or an image say what to become", items=KINDS, default="TEXT"
    )
    image: PointerProperty(  # type: ignore[valid-type]
        name="Image",
        description="An image of what the character should become; its middle square is what counts",
        type=bpy.types.Image,
        poll=_is_picture,
    )
    # No length limit: Blender would cut a long text silently, where the brief says what is wrong with it.
    text: fields.prop(Prompt, "text", maxlen=0)  # type: ignore[valid-type]
    origin: fields.prop(Prompt, "origin", maxlen=0)  # type: ignore[valid-type]
    weight: fields.prop(Prompt, "weight", precision=2, step=10)  # type: ignore[valid-type]
    shading: fields.prop(Prompt, "shading", SHADINGS)  # type: ignore[valid-type]
    looks: EnumProperty(  # type: ignore[valid-type]
        name="Look From", description="Which cameras show this prompt the character", items=looks.LOOKS, default="ALL"
    )
    camera: PointerProperty(  # type: ignore[valid-type]
        name="Camera",
        description="The camera of this scene that the prompt looks through",
        type=bpy.types.Object,
        poll=looks.is_camera_of_scene,
    )
    region: StringProperty(  # type: ignore[valid-type]
        name="Part",
        description="The vertex group, or the bone, that the prompt looks at",
        search=_offered_regions,
        search_options={"SUGGESTION"},
    )
    share: fields.prop(CameraRegion, "share")  # type: ignore[valid-type]
    paints: StringProperty(  # type: ignore[valid-type]
        name="Paints",
        description="The part, or parts with semicolons between, whose texture alone the prompt changes; empty for all",
        search=paints.offered,
        search_options={"SUGGESTION"},
    )
    mute: BoolProperty(  # type: ignore[valid-type]
        name="Mute", description="Leave this prompt out of the next job", default=False
    )


def written(settings: ClipMatrixSceneProperties) -> list[Prompt]:
    """Prompts as they travel, the muted ones left out.

    Raises
    ------
    Refusal
        If one looks through a camera that is not there.
    ValueError
        If a text is empty or too long, with a sentence that says so.
    """
    if not settings.prompts:
        return [Prompt(text=FIRST)]
    shown = images(settings)
    return [_message(one, shown) for one in heard(settings)]


def images(settings: ClipMatrixSceneProperties) -> list[bpy.types.Image]:
    """The images that prompts show, each once; :func:`written` counts in this order."""
    return list(dict.fromkeys(one.image for one in heard(settings) if one.kind == "IMAGE" and one.image is not None))


def nothing_written(settings: ClipMatrixSceneProperties) -> bool:
    """Tell whether no prompt has a text or is an image; that all are muted is said by the brief."""
    return bool(settings.prompts) and not any(one.text.strip() or one.kind == "IMAGE" for one in settings.prompts)


def fill_prompts(
    settings: ClipMatrixSceneProperties,
    prompts: Sequence[Prompt],
    shown: Sequence[bpy.types.Image | None] = (),
) -> None:
    """Have the list hold exactly these prompts, none muted; the first is the active one.

    Parameters
    ----------
    shown
        The images that ``Prompt.image`` counts; where one is missing, the prompt waits for another one.
    """
    settings.prompts.clear()
    for prompt in prompts:
        one = settings.prompts.add()
        one.text, one.origin, one.weight, one.shading = prompt.text, prompt.origin, prompt.weight, prompt.shading
        paints.have_paint(one, prompt.paints)
        if prompt.image is not None:
            one.kind, one.image = "IMAGE", shown[prompt.image] if prompt.image < len(shown) else None
    settings.active_prompt = 0


def add_prompt(settings: ClipMatrixSceneProperties, text: str) -> ClipMatrixPrompt:
    """Append a prompt and make it the active one; what an untouched scene asks for is written down before."""
    if not settings.prompts:
        settings.prompts.add().text = FIRST
    made: ClipMatrixPrompt = settings.prompts.add()
    made.text = text
    settings.active_prompt = len(settings.prompts) - 1
    return made


def add_image(settings: ClipMatrixSceneProperties, image: bpy.types.Image | None) -> ClipMatrixPrompt:
    """Append an image prompt, as :func:`add_prompt` does; None leaves the image to be chosen."""
    made = add_prompt(settings, "")
    made.kind, made.image = "IMAGE", image
    return made


def get_first(settings: ClipMatrixSceneProperties) -> str:
    """The first prompt's text: what the single line shows."""
    return str(settings.prompts[0].text) if settings.prompts else FIRST


def set_first(settings: ClipMatrixSceneProperties, text: str) -> None:
    """Write into the single line."""
    if not settings.prompts:
        settings.prompts.add()
    settings.prompts[0].text, settings.prompts[0].kind = text, "TEXT"


def _message(one: ClipMatrixPrompt, shown: Sequence[bpy.types.Image]) -> Prompt:
    said = {
        "weight": fields.plain(one.weight),
        "shading": one.shading,
        "cameras": looks.through(one),
        "paints": paints.painted(one),
    }
    if one.kind == "IMAGE":
        return Prompt(image=shown.index(one.image), **said)
    return Prompt(text=one.text.strip(), origin=one.origin.strip(), **said)
