import pytest
from clipmatrix.optimize.schedule import FLOOR, rate


def test_the_rate_rises_holds_and_falls():
    rates = [rate(step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(1 / 5)
    assert set(rates[5:60]) == {1.0}
    assert rates[60:] == sorted(rates[60:], reverse=True)
    assert rates[-1] == pytest.approx(FLOOR)
