"""How strained a mesh is, and its gradients by hand."""

from dataclasses import replace

import pytest
import torch
from clipmatrix.character import assemble
from clipmatrix.optimize.mesh.edges import edges
from clipmatrix.optimize.mesh.strain import fabric, strain


@pytest.fixture
def bumpy(character):
    assembled = assemble(character)
    noise = 0.02 * torch.randn(assembled.vertices.shape, generator=torch.Generator().manual_seed(4))
    return assembled, noise


def of(triangles, vertices):
    return fabric(triangles, edges(triangles), len(vertices))


def both(moved, reference, triangles):
    """How far edges are stretched, how far faces creased."""
    mesh = of(triangles, reference)
    return torch.stack([strain(moved, reference, mesh, 1.0, 0.0), strain(moved, reference, mesh, 0.0, 1.0)])


def as_written(moved, reference, triangles):
    """The same, straight from the definitions, by torch's own gradients."""
    mesh = edges(triangles)

    def lengths(points):
        return (points[mesh.ends[:, 0]] - points[mesh.ends[:, 1]]).norm(dim=1)

    def cosines(points):
        a, b, c = points[triangles].unbind(dim=1)
        normals = torch.nn.functional.normalize(torch.linalg.cross(b - a, c - a), dim=1, eps=1e-30)
        return (normals[mesh.faces[:, 0]] * normals[mesh.faces[:, 1]]).sum(dim=1)

    stretch = (lengths(moved) / lengths(reference) - 1).square().mean()
    return torch.stack([stretch, (cosines(moved) - cosines(reference)).square().mean()])


def gradients(terms, moved):
    return [torch.autograd.grad(term, moved, retain_graph=True)[0] for term in terms]


def test_terms_and_gradients_are_those_of_the_definitions(bumpy):
    assembled, noise = bumpy
    moved = (assembled.vertices + noise).requires_grad_()
    found = both(moved, assembled.vertices, assembled.triangles)
    exact = (assembled.vertices.double() + noise.double()).requires_grad_()
    expected = as_written(exact, assembled.vertices.double(), assembled.triangles)
    torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=0)
    for one, other in zip(gradients(found, moved), gradients(expected, exact), strict=True):
        torch.testing.assert_close(one.double(), other, rtol=1e-3, atol=1e-5 * float(other.abs().max()))


def test_prices_add_up(bumpy):
    assembled, noise = bumpy
    mesh, moved = of(assembled.triangles, noise), (assembled.vertices + noise).requires_grad_()
    stretch, crease = both(moved, assembled.vertices, assembled.triangles)
    total = strain(moved, assembled.vertices, mesh, 2.0, 3.0)
    torch.testing.assert_close(total, 2 * stretch + 3 * crease)
    one, other = gradients([total, 2 * stretch + 3 * crease], moved)
    torch.testing.assert_close(one, other)


def test_a_device_without_sparse_matrices_finds_the_same(bumpy):
    assembled, noise = bumpy
    mesh, moved = of(assembled.triangles, noise), (assembled.vertices + noise).requires_grad_()
    listed = replace(mesh, sides=replace(mesh.sides, matrix=None), neighbours=replace(mesh.neighbours, matrix=None))
    terms = [strain(moved, assembled.vertices, fabric, 1.0, 1.0) for fabric in (mesh, listed)]
    torch.testing.assert_close(*terms)
    torch.testing.assert_close(*gradients(terms, moved))


def test_units_do_not_matter(bumpy):
    assembled, noise = bumpy
    metres = both(assembled.vertices + noise, assembled.vertices, assembled.triangles)
    centimetres = both(100 * (assembled.vertices + noise), 100 * assembled.vertices, assembled.triangles)
    assert metres.min() > 0
    assert torch.allclose(metres, centimetres, rtol=1e-3)


def test_a_body_that_is_where_it_was_or_elsewhere_is_not_strained(bumpy):
    assembled, _ = bumpy
    rest, triangles = assembled.vertices, assembled.triangles
    assert (both(rest, rest, triangles) == 0).all()
    assert both(rest + 0.3, rest, triangles).max() < 1e-6


def test_every_edge_is_found_once(bumpy):
    assembled, _ = bumpy
    mesh = edges(assembled.triangles)
    vertices, faces = len(assembled.vertices), len(assembled.triangles)
    assert vertices - len(mesh.ends) + faces == 2 * 2  # Euler: two closed balls
    assert len(mesh.faces) == len(mesh.ends)
    assert (mesh.faces[:, 0] != mesh.faces[:, 1]).all()


def test_a_vertex_that_falls_onto_its_neighbour_is_still_pulled_by_the_others(bumpy):
    assembled, _ = bumpy
    moved = assembled.vertices.clone()
    moved[1] = moved[0]
    moved.requires_grad_()
    for gradient in gradients(both(moved, assembled.vertices, assembled.triangles), moved):
        assert 0 < gradient[1].norm() < 1e3


def test_an_edge_that_had_no_length_says_nothing():
    corners = torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]])
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3]])
    moved = (corners + torch.tensor([0.0, 0, 0.5]) * torch.arange(4)[:, None]).requires_grad_()
    found = both(moved, corners, triangles)
    assert torch.isfinite(found).all()
    assert all(torch.isfinite(gradient).all() for gradient in gradients(found, moved))
    now, start = ((points[[1, 2, 3, 3]] - points[[0, 0, 0, 2]]).norm(dim=1) for points in (moved, corners))
    torch.testing.assert_close(found[0], (now / start - 1).square().mean())


def test_a_lone_triangle_has_no_crease():
    triangle = torch.tensor([[0, 1, 2]])
    corners = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]], requires_grad=True)
    found = strain(corners, corners.detach() * 2, of(triangle, corners), 0.0, 1.0)
    found.backward()
    assert found == 0
    assert torch.isfinite(corners.grad).all()
