"""Hair and cloth with a flipped copy behind each face: its normals must not cancel out."""

import torch
from clipmatrix.render.mesh import mesh
from clipmatrix.render.seam import TORCH


def sheet(copies):
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0.1], [1, 0.1, 1], [0, 0, 1.1]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    triangles = torch.cat([faces, faces.flip(1)]) if copies else faces
    return vertices, mesh(triangles, torch.zeros(len(triangles), 3, 2), torch.zeros(len(triangles), dtype=torch.int64))


def normals_and_gradient(copies):
    vertices, surface = sheet(copies)
    places = vertices.t()[:, None].contiguous().requires_grad_()
    normals = TORCH.normals(places, surface, torch.ones(1, len(vertices), dtype=torch.bool))
    (gradient,) = torch.autograd.grad(normals[1].sum(), places)
    return normals, gradient


def test_a_sheet_with_a_flipped_copy_has_the_normals_of_one_without():
    for alone, both in zip(normals_and_gradient(False), normals_and_gradient(True), strict=True):
        assert torch.equal(alone, both)
