"""Stretches of a character's surface that have a name: vertex groups, and what bones move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import bpy
import numpy as np
from clipmatrix_protocol import Region

from ..errors import Refusal
from .keys import mesh_of
from .posing.constraints import holds
from .posing.skin import Skin, group_weights
from .wording import listed

LABEL_LETTERS = 64
"""Longest name of a region on its way."""

ALL_BUT = "all but "
"""What a label begins with that means the rest of the character."""


@dataclass(frozen=True)
class Stretch:
    """A vertex group, or all that a bone and its descendants move; which of the two is part of its label.

    Attributes
    ----------
    inverted
        Whether it is the rest of the character instead. Several such are one rest: what none of them spares.
    """

    kind: Literal["GROUP", "BONE"]
    name: str
    inverted: bool = False

    @property
    def label(self) -> str:
        """What the backend calls it; the inverse of :func:`labelled`.

        Raises
        ------
        Refusal
            If the name is too long.
        """
        before = f"{ALL_BUT if self.inverted else ''}{self.kind.lower()}: "
        most = LABEL_LETTERS - len(before)
        if len(self.name) > most:
            raise Refusal(f"The name “{self.name}” is too long.", f"Rename it to {most} letters or fewer.")
        return before + self.name


def labelled(label: str) -> Stretch | None:
    """The stretch that a label means; None if it means none."""
    kind, _, name = label.removeprefix(ALL_BUT).partition(": ")
    inverted = label.startswith(ALL_BUT)
    if kind == "group":
        return Stretch("GROUP", name, inverted)
    return Stretch("BONE", name, inverted) if kind == "bone" else None


def read_regions(
    stretches: Sequence[Stretch],
    objects: Sequence[bpy.types.Object],
    armature: bpy.types.Object | None,
    skins: Sequence[Skin | None],
    bones: Mapping[str, int],
) -> tuple[Region, ...]:
    """How far each vertex of each part belongs to the stretches.

    Parameters
    ----------
    objects, armature
        The character.
    skins, bones
        Per object who moves its vertices, None where it moves as one piece; the index by which a skin knows each bone.

    Raises
    ------
    Refusal
        If one of them is not there, or has no vertices.
    """
    found = {}
    for stretch in dict.fromkeys(stretches):
        if stretch.kind == "GROUP":
            weights = _of_group(stretch.name, objects)
        else:
            weights = _of_bone(stretch.name, objects, armature, skins, bones)
        found[stretch] = tuple(np.clip(some, 0, 1).astype(np.float32) for some in weights)
    rest = _rest([weights for stretch, weights in found.items() if stretch.inverted])
    return tuple(
        Region(name=stretch.label, weights=rest if stretch.inverted else weights) for stretch, weights in found.items()
    )


def _rest(spared: Sequence[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Per object (V,) how far each vertex belongs to none of these."""
    return tuple(1 - np.max(weights, axis=0) for weights in zip(*spared, strict=True))


def _of_group(name: str, objects: Sequence[bpy.types.Object]) -> list[np.ndarray]:
    """Per object (V,) weights in its vertex group of this name, zeros where it has none."""
    if not any(name in thing.vertex_groups for thing in objects):
        raise Refusal(f"There is no vertex group “{name}” on {listed(objects)}.", "Choose another one, or make it.")
    found = [
        group_weights(thing, name) if name in thing.vertex_groups else np.zeros(len(mesh_of(thing).vertices))
        for thing in objects
    ]
    if not any(weights.any() for weights in found):
        raise Refusal(f"The vertex group “{name}” is empty.", "Assign vertices to it, or choose another one.")
    return found


def _of_bone(
    name: str,
    objects: Sequence[bpy.types.Object],
    armature: bpy.types.Object | None,
    skins: Sequence[Skin | None],
    bones: Mapping[str, int],
) -> list[np.ndarray]:
    """Per object (V,) the summed weights of a bone and all below it."""
    if armature is None or not isinstance(armature.data, bpy.types.Armature):
        raise Refusal(f"The character has no armature, and so no bone “{name}”.", "Choose a vertex group instead.")
    bone = armature.data.bones.get(name)
    if bone is None:
        raise Refusal(f"There is no bone “{name}” in {armature.name}.", "Choose another one.")
    family = {name, *(child.name for child in bone.children_recursive)}
    joints = [bones[member] for member in family if member in bones]
    found = [
        np.full(len(mesh_of(thing).vertices), float(_carrier(thing, armature) in family))
        if skin is None
        else np.where(np.isin(skin.joints, joints), skin.weights, 0).sum(axis=1)
        for thing, skin in zip(objects, skins, strict=True)
    ]
    if not any(weights.any() for weights in found):
        raise Refusal(f"The bone “{name}” moves no vertex.", "Choose a bone that deforms the mesh, or a vertex group.")
    return found


def _carrier(thing: bpy.types.Object, armature: bpy.types.Object) -> str:
    """The bone that a part which moves as one piece hangs on, be it by way of other objects; empty without one."""
    current: bpy.types.Object | None = thing
    while current is not None and current != armature:
        held = _held_by(current, armature)
        if held:
            return held
        if current.parent == armature and current.parent_type == "BONE":
            return current.parent_bone
        current = current.parent
    return ""


def _held_by(thing: bpy.types.Object, armature: bpy.types.Object) -> str:
    """The armature's bone that a constraint has the object follow; empty without one."""
    return next((str(aim.subtarget) for aim in holds(thing) if aim.target == armature), "")
