"""How a take was made: from a job into the record, and from the record back into the scene's settings."""

from __future__ import annotations

import bpy
import msgspec
from clipmatrix_protocol import Brief

from ...errors import Refusal
from ...job.jobs import Job
from .. import properties
from .groups import ClipMatrixTake

LONGEST_TITLE = 40
"""Letters of the prompt that become the take's name."""


def title(brief: Brief) -> str:
    """What a take is called before the artist gives it a name: its first prompt, shortened."""
    text = brief.prompts[0].text.strip()
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1].rstrip() + "…"


def write(take: ClipMatrixTake, job: Job) -> None:
    """Note what was asked for and what came of it."""
    take.prompt = "; ".join(prompt.text for prompt in job.brief.prompts)
    take.seed = job.brief.settings.seed
    take.brief = msgspec.json.encode(job.brief).decode()
    if job.summary is not None:
        take.similarity, take.steps = job.summary.similarity_after, job.summary.steps
        take.seconds = job.summary.seconds


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
    """Have the scene ask again for what was asked for then.

    Raises
    ------
    Refusal
        As :func:`read`.
    """
    properties.restore(properties.of(scene), read(take))
