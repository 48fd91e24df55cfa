import pytest
import torch
from clipmatrix.character import assemble, weld
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.schedule import FLOOR, WANDER, WANDERING, rate, wander
from clipmatrix.optimize.state import read
from clipmatrix_protocol import Look


def test_the_rate_rises_holds_and_falls():
    rates = [rate(step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(1 / 5)
    assert set(rates[5:60]) == {1.0}
    assert rates[60:] == sorted(rates[60:], reverse=True)
    assert rates[-1] == pytest.approx(FLOOR)


@pytest.mark.parametrize("steps", [1, 2, 20, 1000])
def test_colours_wander_less_and_less_and_rest_for_most_of_a_job(steps):
    swings = [wander(step, steps) for step in range(steps)]
    assert swings[0] == WANDER
    assert swings == sorted(swings, reverse=True)
    assert sum(swing == 0 for swing in swings) >= int((1 - WANDERING) * steps)


def test_a_tint_moves_every_texel_alike_and_leaves_the_parameters_alone(character):
    whole = assemble(character)
    surface, _ = weld(whole, torch.zeros_like(whole.vertices))
    grey = torch.full((surface.textures, 64, 64, 3), 0.2140)
    parameters = begin(surface, torch.zeros(len(surface.vertices), 3), grey, 64, Look())
    tinted = read(parameters, torch.tensor([2.0, 0.0, -2.0])).textures
    plain = read(parameters).textures
    assert (tinted[..., 0] > plain[..., 0] + 0.3).all()
    assert torch.equal(tinted[..., 1], plain[..., 1])
    assert (tinted[..., 2] < plain[..., 2] - 0.1).all()
    assert torch.equal(read(parameters).textures, plain)
