"""Keep a result as a take without wearing it: how the takes of a series go into the list."""

from __future__ import annotations

import bpy

from ...job.jobs import Job
from ...job.series import Shelf
from ...scene import apply
from ...scene.handles import find, find_mesh
from .groups import ORIGINAL, wardrobe
from .keeping import record
from .owners import find_take, owners


def shelve(job: Job) -> None:
    """Add an accepted job, whose draft is in the scene, to the takes; then the character is as it was before."""
    assert job.draft is not None
    keepers = record(job, job.id)
    apply.undress(job.draft)
    for owner in keepers:
        take = find_take(owner, job.id)
        assert take is not None
        wardrobe(owner).worn = take.parent
        if take.parent == ORIGINAL:
            _pin(job.draft)


def is_shelved(job: Job) -> bool:
    """Whether the open file has the take that :func:`shelve` has made of a job."""
    found = [find_mesh(part.object) for part in job.binding.parts]
    keepers = owners([thing for thing in found if thing is not None])
    return bool(keepers) and all(find_take(owner, job.id) for owner in keepers)


def _pin(draft: apply.Draft) -> None:
    """Give the artist's own materials fake users, so that they stay whatever becomes of the takes."""
    slots = [slot for before in draft.before if before.surface is not None for slot in before.surface.slots]
    for original in [slot.original for slot in slots if slot.original is not None]:
        material = find(original, bpy.data.materials)
        if material is not None:
            material.use_fake_user = True


SHELF = Shelf(shelve, is_shelved)
"""The takes as a series knows them."""
