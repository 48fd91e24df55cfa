"""The embedded figure as a character ready for a job: what Blender would send, made without Blender."""

import clipmatrix_protocol as protocol
import numpy as np

from .embedded import Figure, load_figure
from .kinematics import deform_matrices
from .motion import Motion


def figure_character(motion: Motion | None = None) -> protocol.Character:
    """Make a character of the embedded figure.

    Parameters
    ----------
    motion
        Its frames are the poses that a job draws from, after the rest pose; None for the rest pose alone.

    Returns
    -------
    Character
        One part, one texture, the shapes of build free at 0. Statures, which move joints, and expressions are left out:
        in Blender they are pinned at 0.
    """
    figure = load_figure()
    triangles = np.concatenate([figure.faces[:, [0, 1, 2]], figure.faces[:, [0, 2, 3]]])
    corners = np.concatenate([figure.face_uvs[:, [0, 1, 2]], figure.face_uvs[:, [0, 2, 3]]])
    builds = [index for index, kind in enumerate(figure.shape_kinds) if kind == "build"]
    part = protocol.Part(
        name="figure",
        vertices=figure.vertices,
        triangles=np.ascontiguousarray(triangles, np.int32),
        corner_uvs=np.ascontiguousarray(figure.uvs[corners], np.float32),
        texture=0,
        skin_joints=figure.skin_joints,
        skin_weights=figure.skin_weights,
        shapes=np.arange(len(builds), dtype=np.int32),
        shape_deltas=np.ascontiguousarray(figure.shape_deltas[builds]),
    )
    return protocol.Character(
        name="figure",
        parts=(part,),
        shapes=tuple(
            protocol.Shape(
                figure.shape_names[index],
                low=float(figure.shape_min[index]),
                high=float(figure.shape_max[index]),
                value=0.0,
            )
            for index in builds
        ),
        joints=figure.joint_names,
        poses=_poses(figure, motion),
        textures=1,
    )


def _poses(figure: Figure, motion: Motion | None) -> np.ndarray:
    """Deform matrices (1 + F, 55, 4, 4), the rest pose first."""
    rest = np.eye(4, dtype=np.float32)[None, None].repeat(len(figure.joint_names), axis=1)
    if motion is None:
        return rest
    return np.concatenate([rest, deform_matrices(figure, motion.rotations, motion.translation)])
