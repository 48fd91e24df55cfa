"""How a take was made: from a job into the record, and from the record back into the scene's settings."""

from __future__ import annotations

import json
from dataclasses import dataclass

import bpy
import msgspec
from clipmatrix_protocol import Brief, Prompt

from ...errors import Refusal
from ...job.jobs import Job
from .. import properties
from .groups import ClipMatrixTake

LONGEST_TITLE = 40
"""Letters of the prompt that become the take's name."""


POSES = ("poses", "pose_jitter", "frames", "first_frame", "last_frame")
"""Settings of the scene that decide on poses, beside the Action."""


@dataclass(frozen=True)
class Asked:
    """What a scene asks for: the brief that travels, the notes of what does not, and how many takes."""

    brief: Brief
    notes: str
    variations: int


def title(brief: Brief) -> str:
    """What a take is called before the artist gives it a name: its first prompt, shortened."""
    text = _said(brief.prompts[0])
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1].rstrip() + "…"


def _said(prompt: Prompt) -> str:
    return prompt.text.strip() or "an image"


def write(take: ClipMatrixTake, job: Job) -> None:
    """Note what was asked for and what came of it."""
    take.prompt = "; ".join(_said(prompt) for prompt in job.brief.prompts)
    take.seed = job.brief.settings.seed
    take.brief = msgspec.json.encode(job.brief).decode()
    take.notes = job.notes
    if job.summary is not None:
        take.similarity, take.steps = job.summary.similarity_after, job.summary.steps
        take.seconds = job.summary.seconds


def notes(settings: properties.ClipMatrixSceneProperties, start: str) -> str:
    """What decides on a job beside its brief, as JSON: the poses, what it starts from, its images by name."""
    told = {name: getattr(settings, name) for name in POSES}
    action = settings.action.name if settings.action else ""
    images = [image.name for image in properties.images(settings)]
    return json.dumps({**told, "action": action, "start": start, "images": images})


def ask(settings: properties.ClipMatrixSceneProperties) -> Asked:
    """All that the scene asks for; the inverse of :func:`ask_again`.

    Raises
    ------
    Refusal
        If that is not possible.
    """
    return Asked(properties.brief(settings), notes(settings, settings.start), settings.variations)


def ask_again(settings: properties.ClipMatrixSceneProperties, asked: Asked) -> None:
    """Have the scene ask for what it has asked for before."""
    _restore(settings, asked.brief, asked.notes)
    settings.variations = asked.variations


def read(take: ClipMatrixTake) -> Brief:
    """What was asked for.

    Raises
    ------
    Refusal
        If this version can't read what another one has written.
    """
    try:
        return msgspec.json.decode(take.brief, type=Brief)
    except msgspec.DecodeError as error:
        raise Refusal(
            f"The settings of “{take.name}” were written by another version of ClipMatrix.",
            "The take itself can be applied all the same.",
        ) from error


def copy_settings(scene: bpy.types.Scene, take: ClipMatrixTake) -> None:
    """Have the scene ask again for what was asked for then: one take, also where it was one of several.

    Raises
    ------
    Refusal
        As :func:`read`.
    """
    settings = properties.of(scene)
    _restore(settings, read(take), take.notes)
    settings.variations = 1


def _restore(settings: properties.ClipMatrixSceneProperties, brief: Brief, notes: str) -> None:
    """Set what the brief says, and what :func:`notes` has noted.

    An Action that is gone is as if none had been chosen; for an image that is gone another one has to be chosen.
    """
    told = json.loads(notes) if notes else {}
    properties.restore(settings, brief, [bpy.data.images.get(name) for name in told.get("images", ())])
    if not told:
        return
    for name in (*POSES, "start"):
        setattr(settings, name, told[name])
    settings.action = bpy.data.actions.get(told["action"])
