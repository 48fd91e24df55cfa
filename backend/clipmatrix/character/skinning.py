"""Linear blend skinning: x' = sum_j w_j M_j x, as Blender's Armature modifier does without "Preserve Volume"."""

from typing import Any

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
    """Mix each vertex' own matrix of its joints', in each pose; the same for any shape that is posed so.

    Parameters
    ----------
    transforms, joints, weights
        As for :func:`skin`.

    Returns
    -------
    Tensor
        (V, 4, N * 3): the four columns of the upper three rows, those of all poses side by side, so that a joint is
        looked up once for all of them.
    """
    columns = transforms[:, :, :3].permute(1, 3, 0, 2).flatten(1)
    return F.embedding_bag(joints, columns, per_sample_weights=weights, mode="sum").unflatten(1, (4, -1))


def transform(vertices: Tensor, blended: Tensor) -> Tensor:
    """Move each vertex by its own matrices: (V, 3) and (V, 4, N * 3) from :func:`blend` to (N, V, 3)."""
    moved: Tensor = _Moved.apply(vertices, blended)
    return moved.unflatten(1, (-1, 3)).transpose(0, 1)


class _Moved(torch.autograd.Function):
    """A sum of columns; as products of matrices as small as these it would take three times as long."""

    @staticmethod
    def forward(ctx: Any, vertices: Tensor, blended: Tensor) -> Tensor:
        ctx.save_for_backward(vertices, blended)
        x, y, z = vertices.split(1, dim=1)
        moved = torch.addcmul(blended[:, 3], x, blended[:, 0])
        return moved.addcmul_(y, blended[:, 1]).addcmul_(z, blended[:, 2])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        vertices, blended = ctx.saved_tensors
        to_vertices, to_blended = None, None
        if ctx.needs_input_grad[0]:
            to_vertices = (gradient[:, None] @ blended[:, :3].mT)[:, 0]
        if ctx.needs_input_grad[1]:
            to_blended = torch.cat([vertices[..., None] * gradient[:, None], gradient[:, None]], dim=1)
        return to_vertices, to_blended
