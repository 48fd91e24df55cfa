"""How many suns a job has, where they begin, and whether they cast shadows."""

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
from clipmatrix.optimize.lighting import SPREAD, with_suns

STILL = protocol.Vary(shape=0.0, offsets=0.0, texture=0.0, material=0.0)
"""Nothing but the light may change."""


def test_a_job_has_as_many_suns_as_it_is_asked_for_and_moves_them_all(run, character, tower):
    look = run(character, tower, vary=STILL, suns=3)[0].state.look
    assert len(look.suns) == 3
    for sun, start in zip(look.suns, SPREAD, strict=False):
        assert sun.direction != pytest.approx(start.direction, abs=1e-4)
        assert sun.colour != pytest.approx(start.colour, abs=1e-4)
        assert sun.direction == pytest.approx(start.direction, abs=0.1)


def test_further_suns_stand_around_the_character():
    suns = with_suns(protocol.Look(), 4).suns
    assert suns[0] == protocol.Sun()
    towards = np.array([sun.direction for sun in suns])
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    assert (towards @ towards.T)[~np.eye(4, dtype=bool)].max() < 0.5


def test_the_suns_of_a_start_are_all_kept():
    own = (protocol.Sun((0.0, 0.0, 1.0)), protocol.Sun((0.0, 1.0, 0.0)))
    start = protocol.Look(suns=own)
    assert with_suns(start, 1) == start
    assert with_suns(start, 3).suns == (*own, SPREAD[2])


def test_light_that_may_not_vary_shines_as_it_did(run, character, tower):
    vary = msgspec.structs.replace(STILL, texture=1.0, light=0.0)
    look = run(character, tower, vary=vary, suns=2)[0].state.look
    for sun, start in zip(look.suns, SPREAD[:2], strict=True):
        assert sun.direction == pytest.approx(start.direction, abs=1e-6)
        assert sun.colour == pytest.approx(start.colour, abs=1e-6)


def test_suns_stay_nearly_neutral_all_of_them(run, character, tower):
    colours = ((1.0, 0.2, 0.2), (0.2, 0.2, 1.0))
    gaudy = msgspec.structs.replace(
        character, start_look=protocol.Look(suns=tuple(protocol.Sun(colour=colour) for colour in colours))
    )
    look = run(gaudy, tower, steps=12, vary=STILL)[0].state.look
    for sun, colour in zip(look.suns, colours, strict=True):
        assert np.ptp(sun.colour) / np.mean(sun.colour) < np.ptp(colour) / np.mean(colour) - 0.05


def test_shadows_change_what_a_job_sees(run, character, tower):
    seen = [run(character, tower, steps=2, shadows=shadows)[0].summary.similarity_before for shadows in (False, True)]
    assert seen[0] != seen[1]


def test_views_of_one_pixel_have_shadows_too(run, character, tower):
    assert run(character, tower, steps=2, resolution=1, shadows=True)[0].summary.remarks == ()


def test_many_suns_with_shadows_repeat_bit_for_bit(run, character, tower):
    first, second = (run(character, tower, suns=3, shadows=True)[0].state for _ in range(2))
    assert first.look == second.look
    assert np.array_equal(first.textures[0], second.textures[0])
    assert np.array_equal(first.offsets[0], second.offsets[0])
