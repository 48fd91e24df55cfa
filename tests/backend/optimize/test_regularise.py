import torch
from clipmatrix.optimize import regularise


def test_the_price_of_an_offset_goes_by_the_size_of_the_character():
    offsets = torch.tensor([[0.3, 0.0, 0.4], [0.0, 0.0, 0.0]])
    assert torch.isclose(regularise.magnitude(offsets, 2.0), torch.tensor(0.25 / 4 / 2))
    assert torch.isclose(regularise.magnitude(100 * offsets, 200.0), regularise.magnitude(offsets, 2.0))


def test_neutral_light_is_free_and_coloured_light_costs_the_same_at_any_brightness():
    assert regularise.chroma(torch.tensor([[0.7, 0.7, 0.7]])) == 0
    dim, bright = torch.tensor([[0.2, 0.1, 0.1]]), torch.tensor([[2.0, 1.0, 1.0]])
    assert torch.allclose(regularise.chroma(dim), regularise.chroma(bright))
    assert regularise.chroma(dim) > 0.05
