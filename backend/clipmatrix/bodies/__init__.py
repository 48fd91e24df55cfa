"""Bodies that ClipMatrix can build without Blender: the embedded figure, its skeleton and its motions."""

from .embedded import Figure, FigureDamaged, load_figure
from .kinematics import deform_matrices
from .motion import Motion
from .reshape import reshaped
from .skeleton import JOINT_COUNT, JOINT_NAMES, JOINT_PARENTS

__all__ = [
    "JOINT_COUNT",
    "JOINT_NAMES",
    "JOINT_PARENTS",
    "Figure",
    "FigureDamaged",
    "Motion",
    "deform_matrices",
    "load_figure",
    "reshaped",
]
