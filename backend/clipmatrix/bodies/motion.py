"""Motion: joint rotations and pelvis displacement over frames, and how it comes to stand on the ground."""

from dataclasses import dataclass, replace

import numpy as np

from .embedded import Figure
from .kinematics import deform_matrices, posed_vertices


@dataclass(frozen=True, eq=False)
class Motion:
    """A motion of the SMPL-X skeleton; a pose is a motion of one frame.

    Attributes
    ----------
    name
        What it is called.
    fps
        Frames per second.
    rotations
        (F, 55, 3) float32 axis-angle in radians, relative to the parent, in joint frames that at rest equal Blender's
        world axes (Z up, facing -Y).
    translation
        (F, 3) float32 displacement of the pelvis from its rest position, metres.
    """

    name: str
    fps: float
    rotations: np.ndarray
    translation: np.ndarray


def lowest_points(figure: Figure, motion: Motion) -> np.ndarray:
    """Return the height of the lowest vertex in each frame, (F,) metres."""
    matrices = deform_matrices(figure, motion.rotations, motion.translation)
    return np.array([posed_vertices(figure, frame[None])[0, :, 2].min() for frame in matrices])


def grounded(motion: Motion, figure: Figure) -> Motion:
    """Raise or lower every frame so that the figure's lowest vertex touches z = 0."""
    translation = motion.translation.copy()
    translation[:, 2] -= lowest_points(figure, motion)
    return replace(motion, translation=translation)
