from dataclasses import replace

import numpy as np
import torch
from clipmatrix.character import assemble
from clipmatrix.optimize.adam import AdamUniform
from clipmatrix.optimize.mesh.precondition import by_inverse, from_differential, laplacian, preconditioner


def test_offsets_come_back_from_their_differential_coordinates(character):
    assembled = assemble(character)
    operator = preconditioner(assembled.triangles, len(assembled.vertices), 19.0)
    offsets = torch.randn(assembled.vertices.shape, generator=torch.Generator().manual_seed(1))
    differential = torch.from_numpy(operator.matrix @ offsets.double().numpy()).float()
    assert torch.allclose(from_differential(operator, differential), offsets, atol=1e-5)


def test_the_solve_equals_a_dense_solve(character):
    assembled = assemble(character)
    count = len(assembled.vertices)
    operator = preconditioner(assembled.triangles, count, 50.0)
    right = torch.randn(count, 3, generator=torch.Generator().manual_seed(2))
    dense = np.eye(count) + 50.0 * laplacian(assembled.triangles.numpy(), count).toarray()
    expected = np.linalg.solve(dense, right.double().numpy())
    assert np.abs(from_differential(operator, right).numpy() - expected).max() < 1e-6


def test_a_gpu_multiplies_with_the_inverse(character):
    """What a GPU does, done on the CPU."""
    assembled = assemble(character)
    count = len(assembled.vertices)
    factorised = preconditioner(assembled.triangles, count, 99.0)
    inverted = replace(factorised, solve=by_inverse(factorised.matrix, torch.device("cpu")))
    both = (factorised, inverted)
    point = torch.randn(count, 3, generator=torch.Generator().manual_seed(2), requires_grad=True)
    solved = [from_differential(one, point) for one in both]
    gradients = [torch.autograd.grad(offsets.square().sum(), point)[0] for offsets in solved]
    for expected, found in (solved, gradients):
        assert torch.allclose(found, expected, atol=1e-5 * float(expected.detach().abs().max()))


def test_the_gradient_is_the_transposed_solve(character):
    assembled = assemble(character)
    operator = preconditioner(assembled.triangles, len(assembled.vertices), 19.0)
    point = torch.randn(len(assembled.vertices), 3, dtype=torch.float64, requires_grad=True)
    direction = torch.randn_like(point)
    (from_differential(operator, point) * direction).sum().backward()
    assert torch.allclose(point.grad, from_differential(operator, direction), atol=1e-10)


def test_the_laplacian_of_a_constant_is_zero(character):
    assembled = assemble(character)
    matrix = laplacian(assembled.triangles.numpy(), len(assembled.vertices))
    assert np.abs(matrix @ np.ones(len(assembled.vertices))).max() == 0
    assert (matrix != matrix.T).nnz == 0


def test_a_part_is_not_moved_by_a_gradient_on_another(character):
    assembled = assemble(character)
    operator = preconditioner(assembled.triangles, len(assembled.vertices), 99.0)
    right = torch.zeros_like(assembled.vertices)
    right[: len(character.parts[0].vertices)] = 1.0
    assert from_differential(operator, right)[len(character.parts[0].vertices) :].abs().max() == 0


def test_a_lone_vertex_without_triangles_is_left_alone():
    operator = preconditioner(torch.tensor([[0, 1, 2]]), 4, 19.0)
    right = torch.zeros(4, 3)
    right[3] = 2.0
    assert torch.allclose(from_differential(operator, right)[3], torch.full((3,), 2.0))


def test_adam_uniform_keeps_the_proportions_of_the_gradient():
    field = torch.zeros(3, requires_grad=True)
    field.grad = torch.tensor([1.0, 0.5, 0.0])
    AdamUniform([field], lr=0.1).step()
    assert torch.allclose(field.detach(), torch.tensor([-0.1, -0.05, 0.0]))
