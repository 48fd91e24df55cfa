"""Which poses the artist has chosen, for the snapshot and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...errors import Refusal
from ...scene import characters
from ...scene.posing.actions import Playing, chosen, fits, movers, span
from ...scene.posing.drawn_poses import Draw

if TYPE_CHECKING:
    from .scene import ClipMatrixSceneProperties

POSES = [
    ("ACTION", "Action", "Poses from all over an Action; the current pose if nothing moves the character"),
    ("CURRENT", "Current", "The pose the character is in, and the rest pose"),
    ("RANDOM", "Random", "Poses drawn by the seed within the limits of the joints, where the rig has any"),
    ("REST", "Rest", "The rest pose alone"),
]
FRAMES = [
    ("ALL", "All", "From the Action's first frame to its last"),
    ("RANGE", "Range", "From a first frame to a last one"),
]


def playing(settings: ClipMatrixSceneProperties) -> Playing:
    """What the character plays while its poses are sampled.

    Raises
    ------
    Refusal
        If the range of frames runs backwards.
    """
    frames = (settings.first_frame, settings.last_frame) if settings.frames == "RANGE" else None
    return Playing(settings.action.name if settings.action else "", frames)


def draw(settings: ClipMatrixSceneProperties, seed: int) -> Draw:
    """How poses are drawn for a seed, where the artist wants some drawn."""
    return Draw(settings.pose_jitter, seed)


def fits_selected(_settings: ClipMatrixSceneProperties, action: bpy.types.Action) -> bool:
    """Tell whether an Action may be chosen: it moves the selected character's armature."""
    rig = _selected_rig()
    return rig is not None and fits(action, rig)


def poses_in_words(settings: ClipMatrixSceneProperties) -> str:
    """Which poses a job on the selected character would get with ``poses`` at ``ACTION``.

    Raises
    ------
    Refusal
        If it would get none.
    """
    rig, scene = _selected_rig(), bpy.context.scene
    if rig is None or scene is None:
        return "No armature for an Action"
    which = playing(settings)
    action = chosen(which, rig)
    found = span(rig, action, which, scene)
    if found is None:
        return "No Action: the current pose"
    mover = rig if action else movers(rig)[0]
    name = action.name if action else "NLA" if mover == rig else mover.name
    return f"{name}, frames {found[0]:.0f} to {found[1]:.0f}"


def _selected_rig() -> bpy.types.Object | None:
    """The selected character's armature, or None."""
    try:
        return characters.armature_of(characters.selected_parts(bpy.context)[0])
    except Refusal:
        return None
