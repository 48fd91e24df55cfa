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


def test_what_is_nearly_nothing_stays_short_and_its_gradient_finite():
    vectors = torch.tensor([[0.0, 0.0], [3e-7, 4e-7]], requires_grad=True)
    found = unit(vectors, 1e-6)
    torch.testing.assert_close(found, torch.tensor([[0.0, 0.0], [0.3, 0.4]]))
    (gradient,) = torch.autograd.grad(found.sum(), vectors)
    assert torch.isfinite(gradient).all()
