"""Cameras in Blender's convention, and the projection of world points into OpenGL clip space.

A camera looks along its local -Z with +Y up; the world is Z up. All is differentiable in the camera's parameters.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

# Angles may be one number for all cameras or one value for each.
Scalar = float | Tensor

NEAR = 0.01
FAR = 100.0
# Where a view begins, as a share of how far it has to see: ants and ships are looked at alike.
NEAR_SHARE = 1e-4
# An orthographic camera shades as if seen from this many picture heights away, where view directions are parallel.
PARALLEL_DISTANCE = 1000.0


@dataclass(frozen=True)
class Cameras:
    """N cameras.

    Attributes
    ----------
    world_to_clip : (N, 4, 4)
        Column-vector matrices: clip = world_to_clip @ (x, y, z, 1).
    positions : (N, 3)
        Where shading sees the surface from, world space, metres.
    """

    world_to_clip: Tensor
    positions: Tensor

    def __len__(self) -> int:
        return len(self.world_to_clip)

    def project(self, vertices: Tensor) -> Tensor:
        """Project world points (N, V, 3), or (V, 3) shared by all cameras, to clip coordinates (N, V, 4)."""
        matrix = self.world_to_clip
        # Products of few long rows are several times faster than of many short ones.
        rows = vertices.expand(len(matrix), -1, -1).mT
        return torch.baddbmm(matrix[:, :, 3:], matrix[:, :, :3], rows).mT


def perspective(
    camera_to_world: Tensor, fov_y: Scalar, aspect: Scalar = 1.0, near: float = NEAR, far: float = FAR
) -> Cameras:
    """Perspective cameras from their placement, as Blender's `camera.matrix_world` gives it.

    Parameters
    ----------
    camera_to_world : (N, 4, 4)
        Rigid matrices: the columns are the camera's right, up and backward axes and its position.
    fov_y : float or (N,)
        Full vertical angle of view, radians, in (0, pi).
    aspect : float or (N,)
        Width over height of the picture.
    near, far : float
        Distances of the clipping planes, metres.
    """
    height = torch.tan(_each(fov_y, camera_to_world) / 2)
    width = height * _each(aspect, camera_to_world)
    zero, one = torch.zeros_like(height), torch.ones_like(height)
    depth, shift = (far + near) / (near - far), 2 * far * near / (near - far)
    rows = [
        [1 / width, zero, zero, zero],
        [zero, 1 / height, zero, zero],
        [zero, zero, depth * one, shift * one],
        [zero, zero, -one, zero],
    ]
    return Cameras(_matrix(rows) @ _inverse_rigid(camera_to_world), camera_to_world[:, :3, 3])


def orthographic(
    camera_to_world: Tensor, height: Scalar, aspect: Scalar = 1.0, near: float = NEAR, far: float = FAR
) -> Cameras:
    """Orthographic cameras that see `height` metres from the bottom to the top of the picture; see `perspective`."""
    extent = _each(height, camera_to_world)
    zero, one = torch.zeros_like(extent), torch.ones_like(extent)
    depth, shift = 2 / (near - far), (far + near) / (near - far)
    rows = [
        [2 / (extent * _each(aspect, camera_to_world)), zero, zero, zero],
        [zero, 2 / extent, zero, zero],
        [zero, zero, depth * one, shift * one],
        [zero, zero, zero, one],
    ]
    away = PARALLEL_DISTANCE * extent[:, None] * camera_to_world[:, :3, 2]
    return Cameras(_matrix(rows) @ _inverse_rigid(camera_to_world), camera_to_world[:, :3, 3] + away)


def look_at(eye: Tensor, target: Tensor, up: Tensor | None = None) -> Tensor:
    """Place cameras at `eye` (N, 3) looking at `target` (N, 3) or (3,): camera_to_world (N, 4, 4).

    `up` (3,) or (N, 3), by default +Z, must not be parallel to the line of sight: use `orbit` to look straight down.
    """
    up = eye.new_tensor([0.0, 0.0, 1.0]) if up is None else up
    backward = torch.nn.functional.normalize(eye - target, dim=-1)
    right = torch.nn.functional.normalize(torch.linalg.cross(up.expand_as(eye), backward), dim=-1)
    return _placement(right, torch.linalg.cross(backward, right), backward, eye)


def orbit(azimuth: Tensor, elevation: Tensor, distance: Tensor, target: Tensor) -> Tensor:
    """Place cameras on spheres around a target: camera_to_world (N, 4, 4).

    Parameters
    ----------
    azimuth : (N,)
        Radians. 0 stands at -Y and so looks at the face of a character that faces -Y; positive goes
        counter-clockwise seen from above, so that pi / 2 stands at +X.
    elevation : (N,)
        Radians above the horizon, in [-pi / 2, pi / 2]; the poles are fine.
    distance : (N,)
        Metres from the target.
    target : (N, 3) or (3,)
        World space, metres.
    """
    sin_a, cos_a, sin_e, cos_e = azimuth.sin(), azimuth.cos(), elevation.sin(), elevation.cos()
    backward = torch.stack([sin_a * cos_e, -cos_a * cos_e, sin_e], dim=-1)
    right = torch.stack([cos_a, sin_a, torch.zeros_like(cos_a)], dim=-1)
    eye = target + distance[:, None] * backward
    return _placement(right, torch.linalg.cross(backward, right), backward, eye)


def _placement(right: Tensor, up: Tensor, backward: Tensor, eye: Tensor) -> Tensor:
    top = torch.stack([right, up, backward, eye], dim=-1)
    return torch.cat([top, eye.new_tensor([[[0.0, 0.0, 0.0, 1.0]]]).expand(len(eye), 1, 4)], dim=1)


def _inverse_rigid(matrix: Tensor) -> Tensor:
    rotation = matrix[:, :3, :3].mT
    top = torch.cat([rotation, -rotation @ matrix[:, :3, 3:]], dim=2)
    return torch.cat([top, matrix[:, 3:]], dim=1)


def _matrix(rows: list[list[Tensor]]) -> Tensor:
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def _each(value: Scalar, like: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        return value.to(like).expand(len(like))
    return like.new_full((len(like),), value)  # a GPU fills a number in at once, but a copy of it is waited for
