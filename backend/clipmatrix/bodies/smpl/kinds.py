"""The three body models: how each is called and which joints it has."""

from dataclasses import dataclass

from ..skeleton import JOINT_NAMES

_BODY_JOINTS = 22
_FACE_JOINTS = 3


@dataclass(frozen=True)
class Kind:
    """A body model.

    Attributes
    ----------
    name
        As its authors write it.
    smplx_class
        The class of the smplx package that reads it.
    joints
        Names, in the model's order.
    """

    name: str
    smplx_class: str
    joints: tuple[str, ...]


SMPL = Kind("SMPL", "SMPL", (*JOINT_NAMES[:_BODY_JOINTS], "left_hand", "right_hand"))
SMPL_H = Kind("SMPL-H", "SMPLH", (*JOINT_NAMES[:_BODY_JOINTS], *JOINT_NAMES[_BODY_JOINTS + _FACE_JOINTS :]))
SMPL_X = Kind("SMPL-X", "SMPLX", JOINT_NAMES)

KINDS = {len(kind.joints): kind for kind in (SMPL, SMPL_H, SMPL_X)}
"""By number of joints (24, 52, 55), which no two models share."""
