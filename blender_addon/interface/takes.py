"""The record of accepted takes, kept in the scene."""

import json
from datetime import datetime

import bpy
import msgspec
from bpy.props import CollectionProperty, FloatProperty, IntProperty, StringProperty

from ..job.jobs import Job


class ClipMatrixTake(bpy.types.PropertyGroup):
    """One accepted take; ``name`` is the character's."""

    prompt: StringProperty(name="Prompt")  # type: ignore[valid-type]
    seed: IntProperty(name="Seed")  # type: ignore[valid-type]
    date: StringProperty(name="Date", description="Local time, ISO 8601")  # type: ignore[valid-type]
    similarity: FloatProperty(name="Similarity", min=-1, max=1)  # type: ignore[valid-type]
    brief: StringProperty(name="Settings", description="The whole brief, as JSON")  # type: ignore[valid-type]


def record(scene: bpy.types.Scene, job: Job) -> ClipMatrixTake:
    """Add an accepted job to the scene's takes."""
    take: ClipMatrixTake = scene.clipmatrix_takes.add()  # type: ignore[attr-defined]
    take.name = job.binding.name
    take.prompt = "; ".join(prompt.text for prompt in job.brief.prompts)
    take.seed = job.brief.settings.seed
    take.date = datetime.now().astimezone().isoformat(timespec="seconds")
    if job.summary:
        take.similarity = job.summary.similarity_after
    take.brief = json.dumps(msgspec.to_builtins(job.brief))
    return take


def register() -> None:
    """Put ``clipmatrix_takes`` on every scene."""
    bpy.utils.register_class(ClipMatrixTake)
    bpy.types.Scene.clipmatrix_takes = CollectionProperty(type=ClipMatrixTake)  # type: ignore[attr-defined]


def unregister() -> None:
    """Take it off again."""
    del bpy.types.Scene.clipmatrix_takes  # type: ignore[attr-defined]
    bpy.utils.unregister_class(ClipMatrixTake)
