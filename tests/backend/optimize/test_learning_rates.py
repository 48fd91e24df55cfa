from types import SimpleNamespace

import torch
from clipmatrix.optimize import learning_rates


def test_a_coefficient_at_an_end_of_its_range_is_pushed_no_further_and_may_come_back():
    portions = torch.zeros(5, requires_grad=True)
    portions.grad = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0])  # descent moves against the gradient
    learning_rates.stop_at_limits(
        SimpleNamespace(portions=portions, start_portions=torch.tensor([0.0, 0.0, 1.0, 1.0, 0.5]))
    )
    assert portions.grad.tolist() == [0.0, -1.0, 1.0, 0.0, 1.0]
