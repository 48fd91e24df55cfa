"""How many crops a tower sees of each kind of picture."""

import pytest
from clipmatrix.guidance.prompts import PLAIN_SHARE
from clipmatrix.optimize.random_draws import CROPS, copies


def test_what_counts_more_is_looked_at_more_often_at_the_same_cost():
    each = copies(64, {"textured": 1.0, "plain": PLAIN_SHARE})
    assert each == {"textured": 6, "plain": 2}
    assert sum(each.values()) == 2 * CROPS


@pytest.mark.parametrize("share", [step / 20 for step in range(21)])
def test_every_kind_is_looked_at_and_none_costs_more(share):
    each = copies(64, {"textured": share + 1e-6, "plain": 1 - share + 1e-6})
    assert min(each.values()) >= 1
    assert sum(each.values()) == 2 * CROPS


def test_a_single_kind_gets_its_own_and_no_kind_nothing():
    assert copies(64, {"plain": 0.3}) == {"plain": CROPS}
    assert copies(64, {}) == {}


def test_a_large_tower_sees_each_picture_once():
    assert copies(224, {"textured": 1.0, "plain": 0.3}) == {"textured": 1, "plain": 1}
