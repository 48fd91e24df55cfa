"""Linear blend skinning: x' = sum_j w_j M_j x, as Blender's Armature modifier does without "Preserve Volume"."""

import torch
import torch.nn.functional as F
from torch import Tensor


def skin(vertices: Tensor, transforms: Tensor, joints: Tensor, weights: Tensor) -> Tensor:
    """Pose vertices.

    Parameters
    ----------
    vertices
        (V, 3) metres, rest space.
    transforms
        (N, J, 4, 4) affine deform matrices, rest space to posed space.
    joints, weights
        (V, I) int64 into J and (V, I) that sum to 1 per row.

    Returns
    -------
    Tensor
        (N, V, 3) metres; differentiable in vertices, transforms and weights.
    """
    return transform(vertices, blend(transforms, joints, weights))


def blend(transforms: Tensor, joints: Tensor, weights: Tensor) -> Tensor:
    """Mix each vertex' matrices: (N, J, 4, 4) and (V, I) to (V, 4, N * 3); needed once per pose, whatever the shape.

    Along the second axis the matrices' columns; all poses of a vertex lie together, so that a joint is looked up once.
    """
    columns = transforms[:, :, :3].permute(1, 3, 0, 2).flatten(1)
    return F.embedding_bag(joints, columns, per_sample_weights=weights, mode="sum").unflatten(1, (4, -1))


def transform(vertices: Tensor, blended: Tensor) -> Tensor:
    """Move each vertex by its own matrices: (V, 3) and (V, 4, N * 3) from :func:`blend` to (N, V, 3)."""
    moved = torch.baddbmm(blended[:, 3:], vertices[:, None], blended[:, :3])
    return moved[:, 0].unflatten(1, (-1, 3)).transpose(0, 1)
