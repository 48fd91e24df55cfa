"""Unit vectors, with a gradient by hand."""

import torch
import torch.nn.functional as F
from clipmatrix.guidance.unit import unit


def test_vectors_and_gradients_are_those_of_normalisation():
    drawn = torch.Generator().manual_seed(0)
    vectors, back = torch.randn(2, 5, 4, 16, generator=drawn).double()
    vectors.requires_grad_()
    found, expected = unit(vectors), F.normalize(vectors, dim=-1)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(*(torch.autograd.grad(one, vectors, back) for one in (found, expected)))


def test_nothing_stays_nothing_and_its_gradient_finite():
    vectors = torch.zeros(1, 2, requires_grad=True)
    found = unit(vectors)
    assert not found.any()
    (gradient,) = torch.autograd.grad(found.sum(), vectors)
    assert torch.isfinite(gradient).all()
