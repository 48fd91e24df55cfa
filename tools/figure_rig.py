"""The 55 SMPL-X joints of the embedded figure, and which bones of the source rig each one stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Joint:
    """One joint of the figure.

    Attributes
    ----------
    name, parent : str
        SMPL-X names; the root's parent is "".
    heads : tuple of str
        Source bones whose heads, averaged, are the joint's position.
    tails : tuple of str
        Source bones whose tails, averaged, are where the drawn bone ends.
    bones : tuple of str
        Source bones whose skin weights the joint takes over. A source bone named nowhere is
        counted to its nearest named ancestor.
    """

    name: str
    parent: str
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    bones: tuple[str, ...]


_TOES = ("toe1-1", "toe2-1", "toe3-1", "toe4-1", "toe5-1")
_TOE_TIPS = ("toe1-2", "toe2-3", "toe3-3")
# SMPL-X order of the fingers, and the number each has in the source rig.
_FINGERS = (("index", 2), ("middle", 3), ("pinky", 5), ("ring", 4), ("thumb", 1))


def _single(name: str, parent: str, bones: tuple[str, ...], tail: str) -> Joint:
    return Joint(name, parent, (bones[0],), (tail,), bones)


def _sided(name: str, parent: str, bones: tuple[str, ...], tails: tuple[str, ...]) -> tuple[Joint, Joint]:
    """Return a left and a right joint at the head of the first bone."""

    def one(side: str, letter: str) -> Joint:
        own = tuple(f"{bone}.{letter}" for bone in bones)
        ends = tuple(f"{bone}.{letter}" for bone in tails)
        above = parent if parent in ("pelvis", "spine3", "head") else f"{side}_{parent}"
        return Joint(f"{side}_{name}", above, own[:1], ends, own)

    return one("left", "L"), one("right", "R")


def _feet() -> tuple[Joint, Joint]:
    def one(side: str, letter: str) -> Joint:
        toes = tuple(f"{bone}.{letter}" for bone in _TOES)
        tips = tuple(f"{bone}.{letter}" for bone in _TOE_TIPS)
        return Joint(f"{side}_foot", f"{side}_ankle", toes, tips, toes)

    return one("left", "L"), one("right", "R")


def _hand(side: str, letter: str) -> tuple[Joint, ...]:
    joints = []
    for finger, number in _FINGERS:
        for phalanx in (1, 2, 3):
            bone = (f"finger{number}-{phalanx}.{letter}",)
            parent = f"{side}_wrist" if phalanx == 1 else f"{side}_{finger}{phalanx - 1}"
            joints.append(Joint(f"{side}_{finger}{phalanx}", parent, bone, bone, bone))
    return tuple(joints)


def smplx_joints() -> tuple[Joint, ...]:
    """Return the 55 joints in SMPL-X order (Pavlakos et al. 2019, and the smplx package's joint names)."""
    hips = _sided("hip", "pelvis", ("upperleg01", "upperleg02"), ("upperleg02",))
    knees = _sided("knee", "hip", ("lowerleg01", "lowerleg02"), ("lowerleg02",))
    ankles = _sided("ankle", "knee", ("foot",), ("foot",))
    collars = _sided("collar", "spine3", ("clavicle", "shoulder01"), ("shoulder01",))
    shoulders = _sided("shoulder", "collar", ("upperarm01", "upperarm02"), ("upperarm02",))
    elbows = _sided("elbow", "shoulder", ("lowerarm01", "lowerarm02"), ("lowerarm02",))
    wrists = _sided("wrist", "elbow", ("wrist",), ("metacarpal2",))
    eyes = _sided("eye_smplhf", "head", ("eye",), ("eye",))
    return (
        Joint("pelvis", "", ("spine05",), ("spine05",), ("root", "pelvis.L", "pelvis.R", "spine05")),
        *hips,
        _single("spine1", "pelvis", ("spine04",), "spine04"),
        *knees,
        _single("spine2", "spine1", ("spine03",), "spine03"),
        *ankles,
        _single("spine3", "spine2", ("spine02", "spine01"), "spine01"),
        *_feet(),
        _single("neck", "spine3", ("neck01", "neck02", "neck03"), "neck03"),
        *collars,
        _single("head", "neck", ("head",), "head"),
        *shoulders,
        *elbows,
        *wrists,
        _single("jaw", "head", ("jaw",), "jaw"),
        *eyes,
        *_hand("left", "L"),
        *_hand("right", "R"),
    )
