import pytest
import torch
from clipmatrix.character import assemble
from clipmatrix.optimize import regularise
from clipmatrix.optimize.mesh.edges import edges


@pytest.fixture
def bumpy(character):
    assembled = assemble(character)
    noise = 0.02 * torch.randn(assembled.vertices.shape, generator=torch.Generator().manual_seed(4))
    return assembled, noise


def terms(vertices, offsets, triangles, size):
    mesh = edges(triangles)
    return torch.stack(
        [
            regularise.edge_stretch(vertices + offsets, vertices, mesh),
            regularise.crease(vertices + offsets, vertices, triangles, mesh),
            regularise.magnitude(offsets, size),
        ]
    )


def test_units_do_not_matter(bumpy):
    assembled, noise = bumpy
    metres = terms(assembled.vertices, noise, assembled.triangles, 1.8)
    centimetres = terms(assembled.vertices * 100, noise * 100, assembled.triangles, 180.0)
    assert metres.min() > 0
    assert torch.allclose(metres, centimetres, rtol=1e-3)


def test_a_body_without_offsets_costs_nothing(bumpy):
    assembled, noise = bumpy
    assert terms(assembled.vertices, noise * 0, assembled.triangles, 1.8).abs().max() < 1e-10


def test_a_translation_stretches_and_creases_nothing(bumpy):
    assembled, noise = bumpy
    stretch, crease, magnitude = terms(assembled.vertices, torch.full_like(noise, 0.3), assembled.triangles, 1.8)
    assert stretch < 1e-6
    assert crease < 1e-6
    assert magnitude > 0.01


def test_every_edge_is_found_once(bumpy):
    assembled, _ = bumpy
    mesh = edges(assembled.triangles)
    vertices, faces = len(assembled.vertices), len(assembled.triangles)
    assert vertices - len(mesh.ends) + faces == 2 * 2  # Euler: two closed balls
    assert len(mesh.faces) == len(mesh.ends)
    assert (mesh.faces[:, 0] != mesh.faces[:, 1]).all()


def test_terms_stay_finite_at_a_vertex_that_falls_onto_its_neighbour(bumpy):
    assembled, _ = bumpy
    moved = assembled.vertices.clone()
    moved[1] = moved[0]
    moved.requires_grad_()
    mesh = edges(assembled.triangles)
    total = regularise.edge_stretch(moved, assembled.vertices, mesh)
    total = total + regularise.crease(moved, assembled.vertices, assembled.triangles, mesh)
    total.backward()
    assert torch.isfinite(moved.grad).all()


def test_neutral_light_is_free_and_coloured_light_costs_the_same_at_any_brightness():
    assert regularise.chroma(torch.tensor([[0.7, 0.7, 0.7]])) == 0
    dim, bright = torch.tensor([[0.2, 0.1, 0.1]]), torch.tensor([[2.0, 1.0, 1.0]])
    assert torch.allclose(regularise.chroma(dim), regularise.chroma(bright))
    assert regularise.chroma(dim) > 0.05


def test_a_lone_triangle_has_no_crease():
    triangle = torch.tensor([[0, 1, 2]])
    corners = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]], requires_grad=True)
    found = regularise.crease(corners, corners.detach() * 2, triangle, edges(triangle))
    found.backward()
    assert found == 0
    assert torch.isfinite(corners.grad).all()
