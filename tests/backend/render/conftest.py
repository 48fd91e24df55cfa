"""Stages to look at, and finite differences to judge gradients by."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from clipmatrix.bodies import load_figure
from clipmatrix.render import Cameras, Mesh, mesh, orbit, perspective
from torch import Tensor

from .scenes import ellipsoid as make_ellipsoid


@dataclass(frozen=True)
class Stage:
    """A mesh (V, 3) and the two cameras that see it, float64."""

    vertices: Tensor
    mesh: Mesh
    cameras: Cameras


def two_cameras(target: Tensor, distance: float, fov: float) -> Cameras:
    azimuth, elevation = torch.tensor([0.3, 1.2]).double(), torch.tensor([0.2, 0.4]).double()
    placed = orbit(azimuth, elevation, torch.full_like(azimuth, distance), target.double())
    return perspective(placed, fov, near=0.01, far=10 * distance)


@pytest.fixture(autouse=True)
def one_thread():
    """Small tensors: two threads would mostly wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def ellipsoid() -> Stage:
    vertices, surface = make_ellipsoid(50)
    return Stage(vertices, surface, two_cameras(torch.zeros(3), 3.2, 0.75))


@pytest.fixture(scope="session")
def textured_ball() -> Stage:
    """A ball with two texture slots, one for each side; three times as large it fills both pictures."""
    vertices, surface = make_ellipsoid(12, (0.5, 0.5, 0.5))
    slots = (vertices[surface.triangles].mean(1)[:, 0] > 0).long()
    return Stage(vertices, replace(surface, slots=slots), two_cameras(torch.zeros(3), 3.2, math.radians(35)))


@pytest.fixture(scope="session")
def figure() -> Stage:
    """The embedded figure in rest pose."""
    body = load_figure()
    split = body.faces[:, 3] >= 0
    triangles = torch.tensor(np.concatenate([body.faces[:, :3], body.faces[split][:, [0, 2, 3]]])).long()
    uvs = torch.zeros(len(triangles), 3, 2)
    vertices = torch.tensor(body.vertices).double()
    surface = mesh(triangles, uvs, torch.zeros(len(triangles), dtype=torch.int64))
    return Stage(vertices, surface, two_cameras(torch.tensor([0.0, 0.0, 0.9]), 3.2, 0.75))


@pytest.fixture
def against_differences() -> Callable[..., float]:
    """Compare a gradient with central differences along random directions: their cosine, 1 when they agree."""

    def cosine(function: Callable[[Tensor], Tensor], at: Tensor, step: float = 1e-6, directions: int = 16) -> float:
        leaf = at.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(function(leaf), leaf)
        generator = torch.Generator().manual_seed(0)
        found, expected = [], []
        for _ in range(directions):
            direction = torch.randn(at.shape, generator=generator, dtype=at.dtype)
            with torch.no_grad():
                difference = function(at + step * direction) - function(at - step * direction)
            expected.append(float(difference) / (2 * step))
            found.append(float((gradient * direction).sum()))
        assert 0.99 < np.linalg.norm(found) / np.linalg.norm(expected) < 1.01
        return float(np.dot(found, expected) / (np.linalg.norm(found) * np.linalg.norm(expected)))

    return cosine
