"""Linear blend skinning: x' = sum_j w_j M_j x, as Blender's Armature modifier does without "Preserve Volume"."""

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
    """Mix each vertex' matrix: (N, J, 4, 4) and (V, I) to (N, V, 3, 4); needed once per pose, whatever the shape."""
    rows = transforms[:, :, :3, :].flatten(2)
    mixed = sum(weights[:, i, None] * rows.index_select(1, joints[:, i]) for i in range(joints.shape[1]))
    return mixed.unflatten(2, (3, 4))  # type: ignore[union-attr]


def transform(vertices: Tensor, blended: Tensor) -> Tensor:
    """Move each vertex by its own matrix: (V, 3) and (N, V, 3, 4) to (N, V, 3)."""
    return (blended[..., :3] * vertices[None, :, None, :]).sum(-1) + blended[..., 3]
