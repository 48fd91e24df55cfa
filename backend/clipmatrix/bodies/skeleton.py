"""The SMPL-X skeleton: names and parents of its 55 joints, in its order.

Names and order follow SMPL-X (Pavlakos et al. 2019) as the smplx package lists them, so that SMPL-X poses carry over.
"""

_BODY = (
    ("pelvis", ""),
    ("left_hip", "pelvis"),
    ("right_hip", "pelvis"),
    ("spine1", "pelvis"),
    ("left_knee", "left_hip"),
    ("right_knee", "right_hip"),
    ("spine2", "spine1"),
    ("left_ankle", "left_knee"),
    ("right_ankle", "right_knee"),
    ("spine3", "spine2"),
    ("left_foot", "left_ankle"),
    ("right_foot", "right_ankle"),
    ("neck", "spine3"),
    ("left_collar", "spine3"),
    ("right_collar", "spine3"),
    ("head", "neck"),
    ("left_shoulder", "left_collar"),
    ("right_shoulder", "right_collar"),
    ("left_elbow", "left_shoulder"),
    ("right_elbow", "right_shoulder"),
    ("left_wrist", "left_elbow"),
    ("right_wrist", "right_elbow"),
    ("jaw", "head"),
    ("left_eye_smplhf", "head"),
    ("right_eye_smplhf", "head"),
)


def _hand(side: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{side}_{finger}{phalanx}", f"{side}_wrist" if phalanx == 1 else f"{side}_{finger}{phalanx - 1}")
        for finger in ("index", "middle", "pinky", "ring", "thumb")
        for phalanx in (1, 2, 3)
    )


_JOINTS = _BODY + _hand("left") + _hand("right")

JOINT_NAMES: tuple[str, ...] = tuple(name for name, _ in _JOINTS)
JOINT_COUNT = len(JOINT_NAMES)
JOINT_PARENTS: tuple[int, ...] = tuple(JOINT_NAMES.index(parent) if parent else -1 for _, parent in _JOINTS)
"""Index of each joint's parent, -1 for the root; a parent always stands before its children."""
