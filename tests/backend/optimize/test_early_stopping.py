from clipmatrix.optimize.early_stopping import Patience
from clipmatrix.optimize.schedule import last_stretch, rate


def lost_at(patience, similarities):
    return next((step for step, value in enumerate(similarities) if patience.is_lost(value)), None)


def test_a_similarity_that_rises_is_waited_for_all_the_way():
    assert lost_at(Patience(400), (0.1 + 0.001 * step for step in range(400))) is None


def test_one_that_stands_still_is_waited_for_a_quarter_of_the_steps():
    assert lost_at(Patience(400), [0.2] * 400) == 100


def test_short_jobs_are_given_their_time():
    assert lost_at(Patience(30), [0.2] * 30) is None


def test_noise_is_no_improvement():
    noisy = [0.2 + 0.01 * (-1) ** step for step in range(400)]
    assert lost_at(Patience(400), noisy) < 150


def test_the_last_stretch_is_where_the_rate_falls():
    first = last_stretch(100)
    assert rate(first - 2, 100) == 1.0
    assert rate(first, 100) < 1.0
