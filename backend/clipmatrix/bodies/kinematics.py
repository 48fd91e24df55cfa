"""Forward kinematics of the figure: joint rotations to the matrices that carry rest points to posed points."""

import numpy as np

from .embedded import Figure

# Rows: what Blender's x, y, z (Z up, facing -Y) are in SMPL-X's axes (Y up, facing +Z). A proper rotation, so
# rotation vectors change axes just as points do.
_BLENDER_FROM_SMPLX = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def rotation_matrices(axis_angle: np.ndarray) -> np.ndarray:
    """Return rotation matrices (..., 3, 3) of rotation vectors (..., 3) in radians (Rodrigues' formula)."""
    angle = np.linalg.norm(axis_angle, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(axis_angle.astype(np.float64), -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    # sinc keeps both factors exact at angle 0: sin(a)/a and (1 - cos a)/a^2 = sinc^2(a/2)/2.
    first = np.sinc(angle / np.pi)
    second = 0.5 * np.sinc(angle / (2.0 * np.pi)) ** 2
    return np.eye(3) + first * cross + second * cross @ cross


def deform_matrices(figure: Figure, rotations: np.ndarray, translation: np.ndarray) -> np.ndarray:
    """Return the matrices that map rest points to posed points in world space.

    Parameters
    ----------
    figure
        Its joint heads and parents; a figure that was :func:`.reshaped` poses with its own joints.
    rotations
        (F, 55, 3) axis-angle in radians, in joint frames that at rest equal the world's axes (Blender's: Z up, facing
        -Y).
    translation
        (F, 3) displacement of the pelvis in metres.

    Returns
    -------
    ndarray
        (F, 55, 4, 4) float32: ``M_j = M_parent T(head) R_j T(-head)``, the root also translated; the identity for zero
        rotations (SMPL's convention, Loper et al. 2015, eq. 2-4).

    Raises
    ------
    ValueError
        If the shapes do not fit the figure.
    """
    joints = len(figure.joint_names)
    if rotations.ndim != 3 or rotations.shape[1:] != (joints, 3) or translation.shape != (len(rotations), 3):
        raise ValueError(
            f"expected rotations (F, {joints}, 3) and translation (F, 3), got {rotations.shape} and {translation.shape}"
        )
    heads = figure.joint_heads.astype(np.float64)
    local = np.zeros((len(rotations), joints, 4, 4))
    local[..., 3, 3] = 1.0
    local[..., :3, :3] = rotation_matrices(rotations)
    local[..., :3, 3] = heads - np.einsum("fjab,jb->fja", local[..., :3, :3], heads)
    local[:, 0, :3, 3] += translation
    world = local.copy()
    for joint, parent in enumerate(figure.joint_parents):
        if parent >= 0:
            world[:, joint] = world[:, parent] @ local[:, joint]
    return world.astype(np.float32)


def posed_vertices(figure: Figure, matrices: np.ndarray) -> np.ndarray:
    """Return the figure's vertices under deform matrices (F, 55, 4, 4), by linear blend skinning, (F, V, 3)."""
    posed = np.empty((len(matrices), *figure.vertices.shape), np.float32)
    for frame, transforms in enumerate(matrices):
        blend = np.einsum("vi,viab->vab", figure.skin_weights, transforms[figure.skin_joints, :3])
        posed[frame] = np.einsum("vab,vb->va", blend[:, :, :3], figure.vertices) + blend[:, :, 3]
    return posed


def from_smplx(rotations: np.ndarray) -> np.ndarray:
    """Bring rotation vectors (or points) (..., 3) from SMPL-X's axes (Y up, facing +Z) to Blender's (Z up, facing -Y).

    Only the axes change: the figure's rest pose is SMPL-X's T-pose, so joint rotations carry over as they are. SMPL-X's
    ``global_orient`` is the pelvis' rotation.
    """
    return rotations @ _BLENDER_FROM_SMPLX.T


def to_smplx(rotations: np.ndarray) -> np.ndarray:
    """Bring rotation vectors (or points) (..., 3) from Blender's axes to SMPL-X's; the inverse of ``from_smplx``."""
    return rotations @ _BLENDER_FROM_SMPLX
